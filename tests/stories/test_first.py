def test_x(world):
    a = world.files()
    world.sweep()
    print([ (n["to"],n["state"],n["channel"]) for n in world.incident(a)["notifications"]])
    print([m.subject for m in world.mail.messages()])
    world.forward(days=9)
    world.sweep()
    print([m.subject for m in world.mail.messages()])
    for o in world.incident(a)["obligations"]: print(o["commitment"],o["owed_by"],o["due_at"],o["verdict"],o["predicted"])
    assert 0

"""The domain of Démarche: incidents, the agreements and laws that bind, and the proof. No web, no queue, no network."""

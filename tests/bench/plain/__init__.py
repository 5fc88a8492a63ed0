"""The service that one would write in an afternoon: Flask, SQLAlchemy's ORM, and a Celery task per recipient.

It stores as many rows of each kind as a filing of the demo world does, and tells as many recipients; its duties are fixed offsets
from the instant of awareness. No walls, no law, no evidence chain, no retries beyond Celery's own.
"""

"""How Alembic reaches the database: by the address that models.schema hands it."""

from alembic import context
from sqlalchemy import create_engine

from models.schema import metadata

engine = create_engine(context.config.attributes["url"], hide_parameters=True)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()

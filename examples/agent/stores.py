"""What the agent keeps, each store with the variables that `uses` gives it, connected when first asked."""

import asyncio
import os
import sys
from contextlib import contextmanager, suppress

import boto3
import chromadb
import psycopg_pool
import redis.asyncio as redis
from botocore.config import Config
from cachetools import TTLCache
from pymemcache.client.hash import HashClient

TTL = int(os.environ.get("CACHE_TTL", "3600"))
CACHE_MAX_BYTES = int(os.environ.get("CACHE_MAX_BYTES", str(64 << 20)))
ENTRY_BYTES = 500  # key, links and time of an entry
SESSION_LENGTH = 20

SCHEMA = """
CREATE TABLE IF NOT EXISTS history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  message text NOT NULL,
  reply text NOT NULL
);
CREATE INDEX IF NOT EXISTS history_session ON history (session, id);
"""


class Unavailable(Exception):
    """A store that the agent does not use, or that does not answer."""


@contextmanager
def asked(store: str):
    """Turns whatever a client library raises into one exception that names the store."""
    try:
        yield
    except KeyError as error:
        raise Unavailable(f"{store}: {error} is not set; let the agent use it") from error
    except Exception as error:
        raise Unavailable(f"{store}: {type(error).__name__}: {error}") from error


class History:
    """What was said, in PostgreSQL."""

    pool: psycopg_pool.AsyncConnectionPool | None = None

    async def connection(self):
        if self.pool is None:
            size = int(os.environ.get("POSTGRES_POOL_SIZE", "2"))
            pool = psycopg_pool.AsyncConnectionPool(
                os.environ["POSTGRES_URL"], min_size=0, max_size=size, timeout=10, open=False,
                check=psycopg_pool.AsyncConnectionPool.check_connection,
            )  # fmt: skip
            await pool.open()
            async with pool.connection() as connection:
                # one worker at a time: IF NOT EXISTS does not hold against another that does the same
                await connection.execute("SELECT pg_advisory_xact_lock(8501)")
                await connection.execute(SCHEMA)
            self.pool = pool
        return self.pool.connection()

    async def add(self, session: str, message: str, reply: str) -> None:
        with asked("postgres"):
            async with await self.connection() as connection:
                await connection.execute(
                    "INSERT INTO history (session, message, reply) VALUES (%s, %s, %s)", (session, message, reply)
                )

    async def of(self, session: str) -> list[dict]:
        with asked("postgres"):
            async with await self.connection() as connection:
                rows = await connection.execute(
                    "SELECT at, message, reply FROM history WHERE session = %s ORDER BY id", (session,)
                )
                return [{"at": at.isoformat(), "message": m, "reply": r} for at, m, r in await rows.fetchall()]

    async def close(self) -> None:
        if self.pool:
            await self.pool.close()


class Sessions:
    """The last messages of each conversation, in Redis: a single server or a cluster, whichever the URL leads to."""

    client: redis.Redis | redis.RedisCluster | None = None

    async def connect(self):
        if self.client is None:
            size = int(os.environ.get("REDIS_POOL_SIZE", "2"))
            options = {"max_connections": size, "socket_timeout": 5, "decode_responses": True}
            # a name server that does not answer is asked again after five seconds
            options["socket_connect_timeout"] = 12
            if authority := os.environ.get("REDIS_CA_FILE"):
                options["ssl_ca_certs"] = authority
            client = redis.Redis.from_url(os.environ["REDIS_URL"], **options)
            if (await client.info("cluster"))["cluster_enabled"]:
                await client.aclose()
                client = redis.RedisCluster.from_url(os.environ["REDIS_URL"], **options)
            self.client = client
        return self.client

    async def add(self, session: str, message: str) -> None:
        with asked("redis"):
            client = await self.connect()
            await client.rpush(f"session:{session}", message)
            await client.ltrim(f"session:{session}", -SESSION_LENGTH, -1)
            await client.expire(f"session:{session}", TTL)

    async def of(self, session: str) -> list[str]:
        with asked("redis"):
            return await (await self.connect()).lrange(f"session:{session}", 0, -1)

    async def close(self) -> None:
        if self.client:
            await self.client.aclose()


class Cache:
    """Answers, first in this process, then in the pool of Memcached servers: without it, everything is just slower."""

    def __init__(self):
        self.local = TTLCache(maxsize=CACHE_MAX_BYTES, ttl=TTL, getsizeof=lambda value: sys.getsizeof(value) + ENTRY_BYTES)
        self.pool: HashClient | None = None

    def keep(self, key: str, value: str) -> None:
        with suppress(ValueError):  # larger than the whole cache
            self.local[key] = value

    def servers(self) -> HashClient:
        if self.pool is None:
            servers = [tuple(server.rsplit(":", 1)) for server in os.environ["MEMCACHED_SERVERS"].split(",")]
            self.pool = HashClient(
                [(host, int(port)) for host, port in servers], use_pooling=True, connect_timeout=2, timeout=2,
                max_pool_size=int(os.environ.get("MEMCACHED_POOL_SIZE", "2")), retry_attempts=1,
            )  # fmt: skip
        return self.pool

    async def get(self, key: str) -> str | None:
        if key in self.local:
            return self.local[key]
        with asked("memcached"):
            value = await asyncio.to_thread(lambda: self.servers().get(key))
        if value is not None:
            self.keep(key, value.decode())
        return value and value.decode()

    async def set(self, key: str, value: str) -> None:
        self.keep(key, value)
        with asked("memcached"):
            await asyncio.to_thread(lambda: self.servers().set(key, value.encode(), expire=TTL))


class Documents:
    """Texts and their embeddings, in Chroma."""

    collection = None

    async def connect(self):
        if self.collection is None:
            settings = chromadb.Settings(anonymized_telemetry=False)
            port = int(os.environ.get("CHROMA_PORT", "8000"))
            client = await chromadb.AsyncHttpClient(host=os.environ["CHROMA_HOST"], port=port, settings=settings)
            self.collection = await client.get_or_create_collection("documents", embedding_function=None)
        return self.collection

    async def add(self, name: str, text: str, embedding: list[float]) -> None:
        with asked("chroma"):
            await (await self.connect()).upsert(ids=[name], documents=[text], embeddings=[embedding])

    async def nearest(self, embedding: list[float], count: int) -> list[dict]:
        with asked("chroma"):
            found = await (await self.connect()).query(query_embeddings=[embedding], n_results=count)
            rows = zip(found["ids"][0], found["documents"][0], found["distances"][0], strict=True)
            return [{"id": name, "text": text, "distance": distance} for name, text, distance in rows]


class Files:
    """Uploads, in a bucket of MinIO or any other S3 service."""

    client = None

    def connect(self):
        if self.client is None:
            self.client = boto3.client(
                "s3", endpoint_url=os.environ["S3_ENDPOINT"], region_name=os.environ.get("MINIO_REGION"),
                # without a key the cloud gives credentials (identity)
                aws_access_key_id=os.environ.get("MINIO_ACCESS_KEY"),
                aws_secret_access_key=os.environ.get("MINIO_SECRET_KEY"),
                verify=os.environ.get("MINIO_CA_FILE"),
                config=Config(
                    connect_timeout=5, read_timeout=30, retries={"max_attempts": 3},
                    s3={"addressing_style": os.environ.get("S3_ADDRESSING_STYLE", "path")},
                ),
            )  # fmt: skip
        return self.client

    async def put(self, name: str, file) -> None:
        with asked("minio"):
            bucket = os.environ["MINIO_BUCKET"]
            await asyncio.to_thread(lambda: self.connect().upload_fileobj(file, bucket, name))

    async def get(self, name: str):
        """The content in chunks; nothing where there is no such file."""
        with asked("minio"):
            bucket = os.environ["MINIO_BUCKET"]
            try:
                found = await asyncio.to_thread(lambda: self.connect().get_object(Bucket=bucket, Key=name))
            except self.connect().exceptions.NoSuchKey:
                return None
            return found["Body"].iter_chunks(1 << 20)

"""In a pod of the agent: fills Redis and Memcached until they throw out what is old, and sorts in PostgreSQL on many connections."""
import json
import os
import threading

import psycopg
import redis
from pymemcache.client.base import Client

VALUE = os.urandom(50_000)


def fill_redis():
    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    if client.info("cluster")["cluster_enabled"]:
        client = redis.RedisCluster.from_url(os.environ["REDIS_URL"])
        nodes = client.get_primaries()
        info = lambda: [client.info(target_nodes=node) for node in nodes]
    else:
        info = lambda: [client.info()]
    for number in range(100_000):
        client.set(f"fill:{number}", VALUE)
        if number % 200 == 199 and all(state["evicted_keys"] > 500 for state in info()):
            break
    states = info()
    return {
        "full": all(state["used_memory"] > 0.9 * state["maxmemory"] for state in states),
        "evicting": all(state["evicted_keys"] > 500 for state in states),
    }


def fill_memcached():
    evicting = []
    for server in os.environ["MEMCACHED_SERVERS"].split(","):
        host, port = server.rsplit(":", 1)
        client = Client((host, int(port)), timeout=5)
        for number in range(20_000):
            client.set(f"fill:{number}", VALUE, noreply=False)
            if number % 200 == 199 and client.stats()[b"evictions"] > 500:
                break
        evicting.append(client.stats()[b"evictions"] > 500)
    return {"evicting": all(evicting)}


def sort_in_postgres(connections=28):
    done = []

    def sort():
        with psycopg.connect(os.environ["POSTGRES_URL"]) as connection:
            query = "SELECT count(*) FROM (SELECT md5(i::text) h FROM generate_series(1, 50000) i ORDER BY h) t"
            done.append(connection.execute(query).fetchone()[0])

    threads = [threading.Thread(target=sort) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"sorted": len(done)}


print(json.dumps({"redis": fill_redis(), "memcached": fill_memcached(), "postgres": sort_in_postgres()}))

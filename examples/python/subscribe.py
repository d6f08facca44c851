"""Prints the counts of a job whenever they change: subscribe.py JOB

TOKEN says who asks, CUEGATE_URL where. Takes gql from PyPI: pip install "gql[websockets]"
"""

import asyncio
import os
import sys

from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport

URL = os.environ.get("CUEGATE_URL", "http://127.0.0.1:8448").replace("http", "ws", 1) + "/graphql"

WATCH = """
subscription Watch($name: String!) {
  job(name: $name, everyMs: 1000) { state priority jobStats { runningFrames deadFrames } }
}
"""


async def main(name):
    transport = WebsocketsTransport(url=URL, init_payload={"Authorization": "Bearer " + os.environ["TOKEN"]})
    async with Client(transport=transport) as session:
        request = gql(WATCH)
        request.variable_values = {"name": name}
        async for answer in session.subscribe(request):
            job = answer["job"]
            print(job["state"], job["priority"], job["jobStats"], flush=True)


asyncio.run(main(sys.argv[1]))

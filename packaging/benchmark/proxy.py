"""A TCP proxy that delivers every byte a fixed time after it came: a long line, without loss. Run as a process."""

import argparse
import asyncio


async def _delay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def deliver() -> None:
        while True:
            at, data = await arrived.get()
            await asyncio.sleep(max(0.0, at + delay_s - loop.time()))
            if not data:
                break
            writer.write(data)
            await writer.drain()
        writer.write_eof()

    delivering = asyncio.create_task(deliver())
    while data := await reader.read(1 << 18):
        arrived.put_nowait((loop.time(), data))
    arrived.put_nowait((loop.time(), b""))
    await delivering


async def _main(port: int, delay_s: float) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(_delay(reader, far_writer, delay_s), _delay(far_reader, writer, delay_s))
        except OSError:
            pass
        finally:
            writer.close()
            far_writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--delay-ms", type=float, default=25.0)
    arguments = parser.parse_args()
    asyncio.run(_main(arguments.port, arguments.delay_ms / 1000))

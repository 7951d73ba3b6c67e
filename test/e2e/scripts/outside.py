"""On the node: addresses that stand for the metadata service and for the world, each with something that listens.

They are on the loopback device of the node's network namespace: nothing leaves it. Runs until its standard input ends.
"""
import socket
import struct
import sys
import threading

ADDRESSES = sys.argv[1].split(",")
PORTS = [int(port) for port in sys.argv[2].split(",")]
RTM_NEWADDR, NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE, IFA_LOCAL = 20, 1, 4, 0x400, 2


def add_address(address):
    """ip address add ADDRESS/32 dev lo"""
    message = struct.pack("=BBBBI", socket.AF_INET, 32, 0, 0, socket.if_nametoindex("lo"))
    message += struct.pack("=HH", 8, IFA_LOCAL) + socket.inet_aton(address)
    header = struct.pack("=IHHII", 16 + len(message), RTM_NEWADDR, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
        netlink.send(header + message)
        netlink.recv(4096)


def listen(address, port):
    server = socket.create_server((address, port))
    while True:
        server.accept()[0].close()


for address in ADDRESSES:
    add_address(address)
    for port in PORTS:
        threading.Thread(target=listen, args=(address, port), daemon=True).start()
sys.stdin.read()

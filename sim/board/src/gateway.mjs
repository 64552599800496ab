// SPDX-License-Identifier: MIT
// Ways between the virtual network and real sockets on this machine: TCP connections that the
// device opens, and UDP questions that it asks. A run with a gateway must be paced.

import dgram from 'node:dgram';
import net from 'node:net';

/** Data on its way from a socket to a connection, as the network has room. */
class TcpBridge {
    constructor(network, conn, socket) {
        this.network = network;
        this.conn = conn;
        this.socket = socket;
        this.waiting = Buffer.alloc(0);
        this.isEnded = false;
        socket.setNoDelay(true);
        socket.on('data', (data) => this.fromSocket(data));
        socket.on('end', () => {
            this.isEnded = true;
            this.flush();
        });
        socket.on('error', () => this.act(() => network.lan.tcp_reset(conn)));
    }

    act(change) {
        this.network.act(change);
    }

    fromSocket(data) {
        this.waiting = Buffer.concat([this.waiting, data]);
        this.flush();
    }

    flush() {
        this.act(() => this.push());
    }

    push() {
        while (this.waiting.length > 0) {
            const taken = this.network.send(this.conn, this.waiting);
            if (taken === 0) {
                this.socket.pause();
                return;
            }
            this.waiting = this.waiting.subarray(taken);
        }
        this.socket.resume();
        if (this.isEnded) {
            this.network.lan.tcp_close(this.conn);
        }
    }

    fromDevice() {
        for (;;) {
            const data = this.network.receive(this.conn);
            if (data === null) {
                this.socket.end();
                return;
            }
            if (data.length === 0) {
                return;
            }
            this.socket.write(data);
        }
    }
}

/** Connections of the device to `port` of `address` (0: any that the host takes) go to a real
 *  port. Returns what undoes it. */
export function forwardTcp(network, host, { address = 0, port, toPort, toHost = '127.0.0.1' }) {
    const bridges = new Map();
    const tag = network.tag({
        accept(conn) {
            bridges.set(conn, new TcpBridge(network, conn, net.connect(toPort, toHost)));
        },
        data: (conn) => bridges.get(conn)?.fromDevice(),
        writable: (conn) => bridges.get(conn)?.push(),
        closed(conn) {
            bridges.get(conn)?.socket.destroy();
            bridges.delete(conn);
        },
    });
    const listener = network.lan.tcp_listen(host, address, port, tag);
    if (listener === 0) {
        throw new Error(`no room to listen on port ${port}`);
    }
    return () => {
        network.lan.tcp_unlisten(listener);
        bridges.forEach((bridge) => bridge.socket.destroy());
    };
}

/** Datagrams of the device to `port` of the host go to a real port, answers come back. */
export function forwardUdp(network, host, { port, toPort, toHost = '127.0.0.1' }) {
    const sockets = new Map();
    const tag = network.tag({
        datagram(from, fromPort, to, data) {
            const key = `${from}:${fromPort}:${to}`;
            if (!sockets.has(key)) {
                const socket = dgram.createSocket('udp4');
                socket.on('message', (answer) => network.act(() => {
                    network.lan.udp_send(host, to, port, from, fromPort, network.put(answer));
                }));
                sockets.set(key, socket);
            }
            sockets.get(key).send(data, toPort, toHost);
        },
    });
    if (network.lan.udp_bind(host, port, tag) === 0) {
        throw new Error(`no room for UDP port ${port}`);
    }
    return () => sockets.forEach((socket) => socket.close());
}

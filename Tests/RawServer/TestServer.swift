import Foundation
import Synchronization

/// A real listening server that does as it is told: answers, breaks off, or keeps silent.
package final class TestServer: Sendable {
    /// A request as it arrived.
    package struct Received: Sendable {
        package let head: String
        package let body: String
        /// Counted from 1 over all connections.
        package let number: Int
        package let connection: Int
        package var line: String { String(head.prefix { $0 != "\r\n" }) }
        package var headers: [String] { head.components(separatedBy: "\r\n").dropFirst().filter { !$0.isEmpty } }
    }

    package enum Answer: Sendable {
        case respond(String)
        /// Answers and closes the connection without having said so.
        case respondThenClose(String)
        /// The same 10 ms later, or when the next request arrives, which is not read.
        case respondThenCloseSoon(String)
        /// Closes with what was received read (FIN).
        case close
        /// Breaks the connection off (RST).
        case reset
        case silence
        /// Stops listening and closes, as a process that crashes.
        case crash
    }

    private let listener: Int32
    private let state = Mutex((requests: [Received](), connections: 0))
    private let answer: @Sendable (Received) -> Answer
    package let port: UInt16

    package init(unixSocketPath: String? = nil, answer: @escaping @Sendable (Received) -> Answer) throws {
        // A client that has gone must not end the tests.
        signal(SIGPIPE, SIG_IGN)
        self.answer = answer
        let descriptor = socket(unixSocketPath == nil ? AF_INET : AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        listener = descriptor
        port = try unixSocketPath.map { try Self.bindFile(descriptor, $0) } ?? Self.bindLoopback(descriptor)
        guard listen(descriptor, 256) == 0 else { throw POSIXError(.EADDRINUSE) }
        Thread.detachNewThread { [weak self] in
            while case let client = accept(descriptor, nil, nil), client >= 0 {
                guard let self else { break }
                let number = state.withLock { state in
                    state.connections += 1
                    return state.connections
                }
                Thread.detachNewThread { self.serve(client, connection: number) }
            }
        }
    }

    // Not closed: its number would be given to another socket while the accepting thread may still use it.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    package var url: String { "http://127.0.0.1:\(port)" }
    package var requests: [Received] { state.withLock { $0.requests } }
    package var connections: Int { state.withLock { $0.connections } }

    private func serve(_ client: Int32, connection: Int) {
        defer { close(client) }
        while let (head, body) = receive(client) {
            let request = state.withLock { state in
                let request = Received(
                    head: head, body: body, number: state.requests.count + 1, connection: connection)
                state.requests.append(request)
                return request
            }
            switch answer(request) {
            case .respond(let text): write(text, to: client)
            case .respondThenClose(let text): return write(text, to: client)
            case .respondThenCloseSoon(let text):
                write(text, to: client)
                var next = pollfd(fd: client, events: Int16(POLLIN), revents: 0)
                poll(&next, 1, 10)
                return
            case .close: return
            case .crash:
                shutdown(listener, Int32(SHUT_RDWR))
                return
            case .reset: return breakOff(client)
            case .silence: _ = receive(client)
            }
        }
    }

    private func receive(_ client: Int32) -> (head: String, body: String)? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let head = String(text[..<end.lowerBound])
                let body = String(text[end.upperBound...])
                let length = head.firstMatch(of: /Content-Length: (\d+)/).flatMap { Int($0.1) } ?? 0
                if body.utf8.count >= length { return (head, body) }
            }
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }

    private func write(_ text: String, to client: Int32) {
        _ = send(client, text, text.utf8.count, Int32(MSG_NOSIGNAL))
    }

    private func breakOff(_ client: Int32) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    }

    private static func bindLoopback(_ listener: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(listener, generic, size) == 0, getsockname(listener, generic, &size) == 0 else {
                    throw POSIXError(.EADDRINUSE)
                }
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
    }

    private static func bindFile(_ listener: Int32, _ path: String) throws -> UInt16 {
        unlink(path)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
        }
        guard bound == 0 else { throw POSIXError(.EADDRINUSE) }
        return 0
    }
}

/// A complete response.
package func response(_ status: String = "200 OK", _ body: String = "{}", headers: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

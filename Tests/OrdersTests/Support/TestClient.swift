import Foundation
import Glibc

/// A keep-alive HTTP client that sends exactly the bytes it is told to, on one connection, for one thread.
final class TestClient {
    private let descriptor: Int32
    private var received: [UInt8] = []

    struct Broken: Error {}

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard result == 0 else { throw Broken() }
    }

    deinit {
        close(descriptor)
    }

    func get(_ path: String) throws -> Answer { try request("GET", path) }

    func post(_ path: String, _ body: String = "", headers: [String] = []) throws -> Answer {
        try request("POST", path, body, headers: headers)
    }

    func request(_ method: String, _ path: String, _ body: String = "", headers: [String] = []) throws -> Answer {
        let length = method == "GET" || method == "HEAD" ? "" : "Content-Length: \(body.utf8.count)\r\n"
        let fields = headers.map { $0 + "\r\n" }.joined()
        try send("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\(length)\r\n\(body)")
        return try receive(hasBody: method != "HEAD")
    }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Broken() }
            sent += count
        }
    }

    func receive(hasBody: Bool = true) throws -> Answer {
        while true {
            if let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: received[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
                let headers = head.dropFirst().map { line in
                    let parts = line.split(separator: ":", maxSplits: 1)
                    return (String(parts[0]).lowercased(), parts[1].trimmingCharacters(in: .whitespaces))
                }
                let fields = Dictionary(headers, uniquingKeysWith: { first, _ in first })
                let length = hasBody ? Int(fields["content-length"] ?? "0") ?? 0 : 0
                if received.count >= end.upperBound + length {
                    let body = received[end.upperBound..<end.upperBound + length]
                    defer { received.removeFirst(end.upperBound + length) }
                    return Answer(
                        status: Int(head[0].split(separator: " ")[1]) ?? 0, headers: fields, body: Array(body))
                }
            }
            try fill()
        }
    }

    private func fill() throws {
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        let count = read(descriptor, &piece, piece.count)
        guard count > 0 else { throw Broken() }
        received += piece[..<count]
    }
}

struct Answer {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    }

    subscript(field: String) -> String? {
        json[field].map { "\($0)" }
    }

    /// The status and the code of a refusal: `409 wrong_state`; only the status of a success.
    var outcome: String {
        guard let error = json["error"] as? [String: Any], let code = error["code"] else { return "\(status)" }
        return "\(status) \(code)"
    }
}

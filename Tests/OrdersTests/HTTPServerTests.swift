import Foundation
import HTTPServer
import Testing

@Suite struct `The HTTP server` {
    @Test func `hands over the whole request`() throws {
        let server = try HTTPServer { request in
            let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
            let words = "\(request.method)|\(request.path)|\(query)|\(request.headers["x-thing"] ?? "-")|"
            return HTTPResponse(status: 200, body: Array(words.utf8) + request.body)
        }
        let client = try TestClient(port: server.port)
        try client.send(
            "PUT /a%20b/%E2%82%AC?x=1&y=%26+z&w HTTP/1.1\r\nHost: h\r\nX-THING: t\r\nContent-Length: 2\r\n\r\nok")
        #expect(try client.receive().text == "PUT|/a b/€|x=1,y=& z,w=|t|ok")
        #expect(try client.get("/").text == "GET|/||-|")
    }

    @Test func `puts a body together from its pieces`() throws {
        let server = try HTTPServer { HTTPResponse(status: 200, body: $0.body) }
        let client = try TestClient(port: server.port)
        for piece in ["POST / HT", "TP/1.1\r\nHost: h\r\nContent-Le", "ngth: 10\r\n", "\r\n", "0", "12345678", "9"] {
            try client.send(piece)
        }
        #expect(try client.receive().text == "0123456789")
        try client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in ["3\r\nabc\r\n", "2\r", "\nde\r\n", "0\r\n\r\n"] { try client.send(piece) }
        #expect(try client.receive().text == "abcde")
        try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nxGET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try client.receive().text == "x")
        #expect(try client.receive().text == "")
    }

    @Test(arguments: [(65_536, 200), (65_537, 413), (500_000, 413)])
    func `takes bodies up to its limit`(bytes: Int, status: Int) throws {
        let server = try HTTPServer { HTTPResponse(status: 200, body: Array("\($0.body.count)".utf8)) }
        let client = try TestClient(port: server.port)
        let answer = try client.post("/", String(repeating: "x", count: bytes))
        #expect(answer.status == status)
        #expect(try client.get("/").status == 200, "the connection is still good")
    }

    @Test func `refuses a body far beyond its limit before it is sent`() throws {
        let server = try HTTPServer { _ in HTTPResponse(status: 200) }
        let client = try TestClient(port: server.port)
        try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n")
        let answer = try client.receive()
        #expect(answer.outcome == "413 body_too_large")
        #expect(try TestClient(port: server.port).get("/").status == 200)
    }

    @Test func `answers HEAD without a body`() throws {
        let server = try HTTPServer { _ in HTTPResponse(status: 200, body: Array("12345".utf8)) }
        let client = try TestClient(port: server.port)
        let answer = try client.request("HEAD", "/")
        #expect(answer.headers["content-length"] == "5" && answer.body.isEmpty)
        #expect(try client.get("/").text == "12345")
    }

    @Test(arguments: ["GARBAGE\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n"])
    func `refuses a malformed request`(bytes: String) throws {
        let server = try HTTPServer { _ in HTTPResponse(status: 200) }
        let client = try TestClient(port: server.port)
        try client.send(bytes)
        let status = (try? client.receive())?.status
        #expect(status == 400 || status == nil, "refused, or the connection closed")
        #expect(try TestClient(port: server.port).get("/").status == 200)
    }

    @Test func `says that a port is in use`() throws {
        let first = try HTTPServer { _ in HTTPResponse(status: 200) }
        let error = #expect(throws: HTTPServerError.self) {
            try HTTPServer(port: first.port) { _ in HTTPResponse(status: 200) }
        }
        #expect(
            error?.description
                == "Cannot listen on 127.0.0.1:\(first.port): the port is in use; stop the other server, or use port 0 "
                + "for a free one.")
        first.stop()
        let second = try HTTPServer(port: first.port) { _ in HTTPResponse(status: 200) }
        #expect(second.port == first.port)
    }

    @Test(arguments: ["0.0.0.0", "192.168.0.1", "example.org", ""])
    func `listens on this machine only`(host: String) {
        let error = #expect(throws: HTTPServerError.self) {
            try HTTPServer(host: host) { _ in HTTPResponse(status: 200) }
        }
        #expect(error == .hostNotLoopback(host))
    }

    @Test(arguments: [1, 4, 0])
    func `closes the connection without a byte when there is no answer`(threads: Int) throws {
        let server = try HTTPServer(threads: threads) { request in
            request.path == "/lost" ? .none : HTTPResponse(status: 200, body: request.body)
        }
        let client = try TestClient(port: server.port)
        #expect(try client.post("/", "before").text == "before")
        #expect(throws: TestClient.Broken.self) { try client.post("/lost", "abc") }
        #expect(try TestClient(port: server.port).post("/", "after").text == "after")
        let curl = try curl(["-d", "abc", "http://127.0.0.1:\(server.port)/lost"])
        #expect(curl.status == 52)
        #expect(curl.errors == "curl: (52) Empty reply from server\n")
        server.stop()
        #expect(server.requestsHeld == 0)
    }

    @Test func `answers others while a handler waits for them, with a thread for each connection`() throws {
        let arrived = DispatchSemaphore(value: 0)
        let server = try HTTPServer(threads: 0) { request in
            if request.path == "/second" { arrived.signal() } else { arrived.wait() }
            return HTTPResponse(status: 200)
        }
        let (first, second) = (try TestClient(port: server.port), try TestClient(port: server.port))
        try first.send("GET /first HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try second.get("/second").status == 200)
        #expect(try first.receive().status == 200)
    }

    private func curl(_ arguments: [String]) throws -> (status: Int32, errors: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["curl", "--silent", "--show-error", "--noproxy", "*"] + arguments
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    @Test func `lets go of every request, finished or not`() throws {
        let server = try HTTPServer { HTTPResponse(status: 200, body: $0.body) }
        let broken = try (0..<20).map { _ in try TestClient(port: server.port) }
        for client in broken {
            #expect(try client.post("/", "abc").text == "abc")
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
        }
        let client = try TestClient(port: server.port)
        for _ in 0..<50 { #expect(try client.post("/", "abc").text == "abc") }
        #expect(server.requestsHeld <= 21, "a request that was answered is gone before the next but one")
        server.stop()
        #expect(server.requestsHeld == 0)
    }
}

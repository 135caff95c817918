import Orders
import PostgresDriver
import Rewind
import Testing

@testable import OrdersServer

@Suite struct `The choice of a database` {
    @Test(arguments: ["orders.sqlite", "/tmp/a b/orders.db", "file:orders", "postgres", "a@b"])
    func `takes anything but a URL for a file`(text: String) throws {
        #expect(try OrdersServer.Database(text) == .sqlite(path: text))
    }

    @Test(arguments: ["postgresql://localhost/orders", "postgres://u:p@h:5432/orders?sslmode=require", "postgres://"])
    func `knows a PostgreSQL URL`(text: String) throws {
        #expect(try OrdersServer.Database(text) == .postgres(url: text))
    }

    @Test func `says which databases there are`() {
        let error = #expect(throws: OrdersServer.UnknownDatabase.self) {
            try OrdersServer.Database("mysql://root:secret@localhost/orders")
        }
        #expect(
            error?.description
                == "There is no support for databases at \"mysql://…\"; give the path of a SQLite file, or a URL that "
                + "starts with postgresql://.")
    }

    @Test func `never shows a password`() throws {
        let configuration = OrdersServer.Configuration(
            database: try .init("postgresql://me:secret@localhost/orders?sslpassword=secret"))
        #expect("\(configuration.database)" == "PostgreSQL database orders")
        #expect(!"\(configuration)".contains("secret") && !String(reflecting: configuration).contains("secret"))
    }

    /// Nothing listens on port 1; the others are malformed in ways that libpq answers by quoting.
    @Test(arguments: [
        "postgresql://me:secret@127.0.0.1:1/orders", "postgresql://127.0.0.1:1/orders?password=secret&user=me",
        "postgresql://me:secret@[::1/orders", "postgresql://me:se%zzcret@127.0.0.1:1/orders",
        "postgresql://me:x@secret@127.0.0.1:1/orders", "postgresql://me:secret/x@127.0.0.1:1/orders",
        "postgresql://me:secret@127.0.0.1:port/orders", "postgresql://me:secret@127.0.0.1:1/orders?nonsense=secret",
        "postgresql://me:secret@127.0.0.1:1/orders?sslmode=nonsense", "postgresql://me:se?x/cret@127.0.0.1:1/orders",
    ])
    func `never shows a password when it cannot connect`(url: String) throws {
        let server = OrdersServer(configuration: .init(database: try .init(url)))
        let error = #expect(throws: DatabaseUnavailable.self) { try server.start() }
        let shown = "\(error.map { "\($0) \(String(reflecting: $0))" } ?? "")"
        #expect(!shown.contains("secret") && !shown.contains("cret@") && !shown.contains("zzcret"), "\(shown)")
        #expect(shown.hasPrefix("The database cannot be used at the moment: PostgreSQL error: "), "\(shown)")
    }
}

/// The same requests to a service on each database: the same answers, the same rows.
@Suite(.needsPostgres) struct `SQLite and PostgreSQL` {
    static let bugs: [Bug?] = [nil] + Bug.found(by: .payments).map(Optional.some)

    @Test(arguments: bugs)
    func `give the same answers and keep the same rows`(bug: Bug?) throws {
        let services = try DatabaseKind.allCases.map { try Service(on: $0, bugs: bug.map { [$0] } ?? []) }
        for service in services { try service.database.execute("UPDATE clock SET started_at = 1700000000") }
        var generator = SeededRandom(seed: UInt64(bug?.rawValue.count ?? 0) + 20)
        for _ in 1...150 {
            let (method, path, body) = Self.request(using: &generator)
            let answers = try services.map { try $0.client.request(method, path, body) }
            try #require(answers[0].text == answers[1].text, "\(method) \(path) \(body)")
            #expect(answers[0].status == answers[1].status)
        }
        let contents = try services.map { try $0.database.contents() }
        #expect(contents[0] == contents[1])
        #expect(contents[0].count > 10)
        // Also the next number is the same: none was lost to a request that was refused.
        #expect(try services[0].newOrder() == services[1].newOrder())
    }

    private static func request(using generator: inout SeededRandom) -> (String, String, String) {
        let order = "/orders/\(Int.random(in: 1...12, using: &generator))"
        let amount =
            ["0.00", "-5.00", "10.00", "25.00", "60.00", "100.00", "100.01"]
            .randomElement(using: &generator) ?? ""
        switch Int.random(in: 0..<14, using: &generator) {
        case 0...2: return ("POST", "/orders", #"{"amount":"\#(amount)","currency":"USD","customer_id":"c"}"#)
        case 3...4: return ("POST", order + "/pay", "")
        case 5: return ("POST", order + "/capture", "")
        case 6: return ("POST", order + "/cancel", "")
        case 7: return ("POST", order + "/refund", "")
        case 8...10: return ("POST", order + "/refund", #"{"amount":"\#(amount)"}"#)
        case 11: return ("POST", "/clock/advance", #"{"seconds":\#(Int.random(in: 1...900, using: &generator))}"#)
        default: return ("GET", order, "")
        }
    }
}

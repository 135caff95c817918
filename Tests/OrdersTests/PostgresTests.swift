import Foundation
import Orders
import PostgresDriver
import Synchronization
import TestServices
import Testing

@testable import OrdersServer

/// What only a database server can do to the service.
@Suite(.needsPostgres) struct `The service on PostgreSQL` {
    @Test func `never refunds more than the amount, when two refunds arrive at once`() throws {
        let service = try Service(on: .postgres, threads: 2)
        let port = service.server.port
        for _ in 1...100 {
            let order = try service.order(in: .captured)
            let outcomes = try atOnce(2) { _ in
                try TestClient(port: port).post(order + "/refund", #"{"amount":"60.00"}"#).outcome
            }
            #expect(outcomes.sorted() == ["200", "422 amount_exceeds_refundable"])
            #expect(try service.sumOfRefundRows(order) == 6000)
            #expect(try service.client.get(order)["refunded_amount"] == "60.00")
        }
    }

    @Test func `pays or cancels an order, when both arrive at once`() throws {
        let service = try Service(on: .postgres, threads: 2)
        let port = service.server.port
        for _ in 1...30 {
            let order = try service.newOrder()
            let outcomes = try atOnce(2) {
                try TestClient(port: port).post(order + ($0 == 0 ? "/pay" : "/cancel")).outcome
            }
            #expect(outcomes.sorted() == ["200", "409 wrong_state"])
        }
    }

    @Test func `goes on when its sessions are ended between requests`() throws {
        let service = try Service(on: .postgres, threads: 3)
        let port = service.server.port
        let order = try service.newOrder()
        _ = try atOnce(3) { _ in try TestClient(port: port).get(order) }
        try endSessions(of: service.database)
        #expect(try service.client.get(order).outcome == "200")
        #expect(try service.client.post(order + "/pay").outcome == "200")
    }

    @Test func `answers 503 when its session is ended in the middle of a request, and nothing of it stays`() throws {
        let service = try Service(on: .postgres)
        let (database, port) = (service.database, service.server.port)
        let order = try service.newOrder()
        let locking = try database.connection()
        try locking.execute("BEGIN; UPDATE orders SET customer_id = 'c2'")
        let outcomes = try atOnce(2) { index in
            if index == 0 { return try TestClient(port: port).post(order + "/pay").outcome }
            try eventually {
                try database.rows("SELECT 1 FROM pg_stat_activity WHERE \(Self.isOurs) AND wait_event_type = 'Lock'")
                    == ["1"]
            }
            try endSessions(of: database)
            return ""
        }
        try locking.execute("ROLLBACK")
        #expect(outcomes.sorted() == ["", "503 database_unavailable"])
        #expect(try service.client.get(order)["status"] == "pending")
        #expect(try service.client.post(order + "/pay").outcome == "200")
    }

    @Test func `answers 503 rather than wait forever for a lock`() throws {
        let service = try Service(on: .postgres)
        let order = try service.newOrder()
        let locking = try service.database.connection()
        try locking.execute("BEGIN; LOCK TABLE orders")
        let answer = try service.client.get(order)
        #expect(answer.outcome == "503 database_unavailable")
        #expect(
            (answer.json["error"] as? [String: Any])?["message"] as? String
                == "The database cannot be used at the moment; see whether the request took effect before trying again."
        )
        try locking.execute("ROLLBACK")
        #expect(try service.client.get(order).outcome == "200")
    }

    @Test func `answers 503 while the server is down, and goes on when it is back`() throws {
        let postgres = try PrivatePostgres.start()
        defer { postgres.stop() }
        let server = OrdersServer(configuration: .init(database: .postgres(url: postgres.url(database: "postgres"))))
        try server.start()
        defer { server.stop() }
        let client = try TestClient(port: server.port)
        _ = try client.post("/orders", #"{"amount":"1.00","currency":"USD","customer_id":"c1"}"#)
        postgres.kill()
        #expect(try client.get("/orders/1").outcome == "503 database_unavailable")
        #expect(try client.post("/orders/1/pay").outcome == "503 database_unavailable")
        #expect(try client.get("/health").outcome == "200")
        try postgres.restart()
        #expect(try client.post("/orders/1/pay").outcome == "200")
    }

    @Test func `makes its tables again when its database was dropped and made anew`() throws {
        let service = try Service(on: .postgres)
        #expect(try service.newOrder() == "/orders/1")
        #expect(try service.newOrder() == "/orders/2")
        try service.database.recreate()
        #expect(try service.newOrder() == "/orders/1")
        #expect(try service.client.get("/orders/2").outcome == "404 unknown_order")
    }

    @Test func `prepares its statements again when a column has got another type`() throws {
        let service = try Service(on: .postgres)
        let order = try service.newOrder()
        _ = try service.client.get(order)
        try service.database.execute("ALTER TABLE orders ALTER customer_id TYPE varchar(50)")
        #expect(try service.client.get(order).outcome == "200")
        #expect(try service.client.post(order + "/pay").outcome == "200")
        try service.database.execute("ALTER TABLE orders ALTER customer_id TYPE text")
        #expect(try service.client.post(order + "/refund")["refund_id"] == "1")
    }

    @Test func `makes its tables once, when several processes start at once`() throws {
        for _ in 1...5 {
            let database = try TestDatabase(.postgres)
            let url = try database.url()
            let orders = try atOnce(4) { _ in
                let store = try OrderStore(PostgresDatabase(url: url, connections: 1))
                return try store.order(OrderID(rawValue: 1))
            }
            #expect(orders == [nil, nil, nil, nil])
            let newest = Migrations(in: .postgres).steps.count
            #expect(try database.rows("SELECT version FROM schema_version") == ["\(newest)"])
            #expect(try database.rows("SELECT count(*) FROM clock") == ["1"])
        }
    }

    @Test func `needs no right to change a schema that is up to date`() throws {
        let service = try Service(on: .postgres)
        try service.database.execute(
            """
            DO $$ BEGIN CREATE ROLE clerk LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
            GRANT USAGE ON SCHEMA public TO clerk;
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO clerk;
            GRANT INSERT, UPDATE ON orders, refunds, clock TO clerk;
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO clerk
            """)
        let store = try OrderStore(PostgresDatabase(url: service.database.url(user: "clerk"), connections: 1))
        #expect(try store.order(OrderID(rawValue: 1)) == nil)
        try service.database.execute("DROP OWNED BY clerk")
    }

    // MARK: Helpers

    private static let isOurs = "datname = current_database() AND application_name = 'rewind-orders'"

    /// Returns when they are gone.
    private func endSessions(of database: TestDatabase) throws {
        let sessions = "FROM pg_stat_activity WHERE \(Self.isOurs)"
        #expect(try !database.rows("SELECT pg_terminate_backend(pid) \(sessions)").isEmpty)
        try eventually { try database.rows("SELECT pid \(sessions)").isEmpty }
    }

    /// Each round asks the server, so that waiting is no busy loop.
    private func eventually(_ isTrue: () throws -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: 20)
        while try !isTrue() {
            try #require(Date() < deadline, "waited 20 s in vain")
        }
    }
}

@Suite(.needsPostgres) struct `The pool of connections` {
    private let database: TestDatabase

    init() throws {
        database = try TestDatabase(.postgres)
    }

    @Test func `uses a connection again`() throws {
        let pool = pool(size: 2)
        let first = try pool.withConnection { $0.serverProcessID }
        #expect(try pool.withConnection { $0.serverProcessID } == first)
    }

    @Test func `makes callers wait for a connection, but not forever`() throws {
        let pool = pool(size: 1)
        let error = #expect(throws: DatabaseUnavailable.self) {
            try pool.withConnection { _ in try pool.withConnection { _ in } }
        }
        #expect(
            error?.description
                == "The database cannot be used at the moment: all connections (1) have been in use for 0.2 s")
        try pool.withConnection { _ in }
    }

    @Test func `never has more connections than it may`() throws {
        let pool = pool(size: 2, waitSeconds: 20)
        let counts = try atOnce(8) { _ in
            try pool.withConnection { connection in
                // Long enough that the callers meet.
                _ = try connection.query("SELECT count(*) FROM generate_series(1, 100000)")
                let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                return try connection.query(count + " AND application_name = 'pool'").int64(0, 0)
            }
        }
        #expect(counts.allSatisfy { $0 <= 2 })
    }

    @Test func `throws a connection away on which a statement failed, and keeps it after any other error`() throws {
        let pool = pool(size: 1)
        let first = try pool.withConnection { $0.serverProcessID }
        #expect(throws: CancellationError.self) { try pool.withConnection { _ in throw CancellationError() } }
        #expect(try pool.withConnection { $0.serverProcessID } == first)
        #expect(throws: PostgresError.self) { try pool.withConnection { try $0.execute("SELECT 1 / 0") } }
        #expect(try pool.withConnection { $0.serverProcessID } != first)
    }

    @Test func `keeps no connection whose statements are outdated`() throws {
        try database.execute("CREATE TABLE note (text TEXT)")
        let pool = pool(size: 2)
        let read = { (connection: PostgresConnection) in
            _ = try connection.run(connection.statement("SELECT text FROM note"))
            return connection.serverProcessID
        }
        let both = try pool.withConnection { first in
            try [read(first), pool.withConnection { try read($0) }]
        }
        try database.execute("ALTER TABLE note ALTER text TYPE varchar(9)")
        #expect(try !both.contains(pool.withConnection { try read($0) }))
    }

    @Test func `has its place back when a connection could not be opened`() throws {
        let pool = PostgresPool(size: 1, waitSeconds: 0.2) {
            try PostgresConnection(url: "postgresql:///x?host=/nowhere", applicationName: "pool")
        }
        for _ in 1...3 { #expect(throws: PostgresError.self) { try pool.withConnection { _ in } } }
    }

    private func pool(size: Int, waitSeconds: Double = 0.2) -> PostgresPool {
        let database = database
        return PostgresPool(size: size, waitSeconds: waitSeconds) {
            try PostgresConnection(url: try database.url(), applicationName: "pool")
        }
    }
}

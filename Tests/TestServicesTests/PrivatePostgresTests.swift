import Foundation
import Testing

@testable import TestServices

@Suite(.needsPostgres, .serialized) struct `A private PostgreSQL` {
    @Test func `starts and answers a query`() throws {
        let server = try PrivatePostgres.shared()
        #expect(try server.query("SELECT 6 * 7, current_user") == "42|\(PrivatePostgres.administrator)")
        #expect(try server.query("SHOW listen_addresses") == "")
        #expect(try server.query("SHOW server_encoding") == "UTF8")
        #expect(try server.query("SHOW lc_collate") == "C")
    }

    @Test func `is one for all who share it`() throws {
        #expect(try PrivatePostgres.shared() === PrivatePostgres.shared())
    }

    @Test func `makes and drops databases, with sessions in them as well`() throws {
        let server = try PrivatePostgres.shared()
        try server.createDatabase("shop")
        try server.query("CREATE TABLE orders (id int)", in: "shop")
        let session = try Session(on: server, database: "shop")
        try server.dropDatabase("shop")
        session.end()
        #expect(try server.query("SELECT count(*) FROM pg_database WHERE datname = 'shop'") == "0")
        try server.dropDatabase("shop")
    }

    @Test(arguments: ["a b", "a/b?c=d&e#f", "50%", "Ünïcode", "quote\"d 'name'", "postgres@host:1", "a,b+c\\d"])
    func `has a URL for a database of any name, and for a user`(name: String) throws {
        let server = try PrivatePostgres.shared()
        try server.createDatabase(name)
        defer { try? server.dropDatabase(name) }
        #expect(try server.query("SELECT current_database()", in: name) == name)
        let role = "\"\(name.replacing("\"", with: "\"\""))\""
        try server.query("CREATE ROLE \(role) LOGIN")
        defer { _ = try? server.query("DROP ROLE \(role)") }
        let psql = try PostgresPrograms.find().psql
        let url = server.url(database: name, user: name)
        let answer = try ChildProcess.run([psql, "-X", "-A", "-t", "-d", url, "-c", "SELECT current_user"])
        #expect(answer.output == name + "\n")
    }

    @Test func `has a URL as libpq reads it`() throws {
        let server = try PrivatePostgres.shared()
        #expect(
            server.url(database: "a b", user: "c&d")
                == "postgresql:///a%20b?host=\(server.socketDirectory)&port=5432&user=c%26d")
    }

    @Test func `says what it refused`() throws {
        let server = try PrivatePostgres.shared()
        let refusal = PostgresFailure.refused(
            sql: "CREATE DATABASE \"postgres\"", message: "ERROR:  database \"postgres\" already exists")
        #expect(throws: refusal) { try server.createDatabase("postgres") }
        #expect(
            refusal.description
                == "The private PostgreSQL refused “CREATE DATABASE \"postgres\"”: "
                + "ERROR:  database \"postgres\" already exists")
    }

    @Test func `works beside another one, in a directory of any name`() throws {
        try withFolder(named: "a 'b\" %c&ü") { folder in
            let first = try PrivatePostgres.start(in: folder)
            let second = try PrivatePostgres.shared()
            try first.createDatabase("only_here")
            #expect(try first.query("SELECT current_database()", in: "only_here") == "only_here")
            #expect(throws: PostgresFailure.self) { try second.query("SELECT 1", in: "only_here") }
            first.stop()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        }
    }

    @Test func `keeps what was committed when it is killed and restarted`() throws {
        let server = try PrivatePostgres.start()
        let before = try #require(server.processID)
        try server.query("CREATE TABLE kept (n int)")
        for round in 1...3 {
            try server.query("INSERT INTO kept VALUES (\(round))")
            let session = try Session(on: server)
            server.kill()
            #expect(server.processID == nil)
            #expect(throws: PostgresFailure.self) { try server.query("SELECT 1") }
            try server.restart()
            session.end()
            #expect(try server.query("SELECT count(*) FROM kept") == "\(round)")
        }
        #expect(isGone(before))
        server.stop()
    }

    @Test func `waits when it is restarted for a session that is too busy to notice`() throws {
        let server = try PrivatePostgres.start()
        let session = try Session(on: server, statement: "SELECT sum(n) FROM generate_series(1, 8000000) AS n")
        server.kill()
        try server.restart()
        session.end()
        #expect(try server.query("SELECT 1") == "1")
        server.stop()
    }

    @Test(arguments: [false, true])
    func `is gone when it was stopped, and its directory with it`(isKilledBefore: Bool) throws {
        let server = try PrivatePostgres.start()
        let session = try Session(on: server)
        let processID = try #require(server.processID)
        if isKilledBefore { server.kill() }
        server.stop()
        session.end()
        #expect(isGone(processID))
        #expect(isGone(server.socketDirectory))
        #expect(server.processID == nil)
        server.stop()
        #expect(throws: PostgresFailure.stopped) { try server.restart() }
    }

    @Test func `is gone when nobody holds it any more`() throws {
        var server: PrivatePostgres? = try PrivatePostgres.start()
        let processID = try #require(server?.processID)
        let directory = try #require(server?.socketDirectory)
        server = nil
        #expect(isGone(processID))
        #expect(isGone(directory))
    }

    @Test func `is in a session of its own, where Ctrl-C does not reach it`() throws {
        let processID = try #require(try PrivatePostgres.shared().processID)
        #expect(getsid(processID) != getsid(0))
        #expect(getsid(processID) > 0)
    }
}

/// A client at work on a statement, for ever if not told otherwise.
private struct Session {
    private let client: ChildProcess

    /// Connects, and waits until the statement runs.
    init(
        on server: PrivatePostgres, database: String = "postgres",
        statement: String = "SELECT pg_sleep_for('10 minutes')"
    ) throws {
        let psql = try PostgresPrograms.find().psql
        client = try ChildProcess.start([psql, "-X", "-d", server.url(database: database), "-c", statement])
        try eventually("the session's statement") {
            let others = "pid <> pg_backend_pid() AND state = 'active' AND datname = '\(database)'"
            return try server.query("SELECT count(*) FROM pg_stat_activity WHERE \(others)") == "1"
        }
    }

    func end() { client.end(within: 10) }
}

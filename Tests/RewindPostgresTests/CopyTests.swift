import PostgresDriver
import Rewind
import RewindPostgres
import Testing
import TestServices

/// Copies of a database for workers that explore at the same time.
@Suite(.serialized, .enabled(if: TestService.postgres.isToBeTested, Comment(rawValue: TestService.postgres.absence)))
struct CopyTests {
    private static func connect(_ url: String) throws -> PostgresConnection {
        try PostgresConnection(url: url, applicationName: "the API")
    }

    private static func databases(like name: String) throws -> Set<String> {
        let found = try connect(PrivatePostgres.shared().url(database: "postgres")).query(
            "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", [name])
        return Set((0..<found.rowCount).map { found.string($0, 0) })
    }

    @Test func `copies have the content, and are independent of each other`() async throws {
        let database = try TestDatabase("CREATE TABLE item (id int PRIMARY KEY); INSERT INTO item VALUES (1), (2)")
        let copies = try await DatabaseCopies.make(of: database.url, count: 2)
        #expect(Set(copies.urls).count == 2)
        try Self.connect(copies.urls[0]).execute("DELETE FROM item")
        let counts = try ([database.url] + copies.urls).map {
            try Self.connect($0).query("SELECT count(*) FROM item").int64(0, 0)
        }
        #expect(counts == [2, 0, 2])
        try await copies.remove()
        #expect(try Self.databases(like: database.name) == [database.name])
    }

    @Test func `a copy can be explored`() async throws {
        let database = try TestDatabase("CREATE TABLE item (id int PRIMARY KEY)")
        let copies = try await DatabaseCopies.make(of: database.url, count: 1)
        let system = PostgresSystem(url: copies.urls[0])
        try await system.begin()
        try Self.connect(copies.urls[0]).execute("INSERT INTO item VALUES (1)")
        #expect(try await system.capture().rows.count == 1)
        try await system.end()
        try await copies.remove()
    }

    @Test func `a copy has the settings, the grants and the owner of the original`() async throws {
        let database = try TestDatabase("CREATE SCHEMA app")
        let (server, name, role) = (try PrivatePostgres.shared(), database.name, database.name + "_api")
        try server.query(
            """
            CREATE ROLE \(role) LOGIN; ALTER DATABASE \(name) SET search_path = app, "$user";
            ALTER DATABASE \(name) SET datestyle = 'German, DMY'; ALTER ROLE \(role) IN DATABASE \(name) SET work_mem = '1MB';
            ALTER DATABASE \(name) OWNER TO \(role); REVOKE TEMPORARY ON DATABASE \(name) FROM PUBLIC
            """)
        func described(_ name: String) throws -> String {
            try server.query(
                """
                SELECT datdba::regrole, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(datacl) a), (SELECT array_agg(setconfig::text ORDER BY setrole) FROM pg_db_role_setting
                WHERE setdatabase = d.oid) FROM pg_database d WHERE datname = '\(name)'
                """)
        }
        let copies = try await DatabaseCopies.make(of: database.url, count: 1)
        let copy = try Self.connect(copies.urls[0]).database
        let (expected, found) = try (described(name), described(copy))
        #expect(found == expected)
        #expect(found.contains("work_mem=1MB"))
        try await copies.remove()
    }

    @Test func `a database in use is not copied, and the sessions are named`() async throws {
        let database = try TestDatabase()
        let api = try database.connect()
        let server = try PrivatePostgres.shared().socketDirectory
        await #expect {
            _ = try await DatabaseCopies.make(of: database.url, count: 1)
        } throws: { error in
            (error as? SystemError)?.kind == .inUse
                && "\(error)" == """
                    The database “\(database.name)” at \(server) can't be copied while others use it: session \
                    \(api.serverProcessID) (the API). Stop them, as an API that runs on it, and start them on the copies.
                    """
        }
        #expect(try Self.databases(like: database.name) == [database.name])
    }

    @Test func `copies of a dead run are removed by the next, those of a living one are not`() async throws {
        let database = try TestDatabase()
        let server = try PrivatePostgres.shared()
        let left = "\(database.name)_rewind_1_1"
        try server.createDatabase(left)
        try server.query(
            "COMMENT ON DATABASE \(left) IS 'Made by Rewind from “\(database.name)”; its next run removes it.'")
        try server.createDatabase("\(database.name)_rewind_of_somebody")
        let first = try await DatabaseCopies.make(of: database.url, count: 1)
        let second = try await DatabaseCopies.make(of: database.url, count: 1)
        let firstName = try Self.connect(first.urls[0]).database
        let secondName = try Self.connect(second.urls[0]).database
        let kept: Set = [database.name, "\(database.name)_rewind_of_somebody", firstName, secondName]
        #expect(try Self.databases(like: database.name) == kept)
        try await first.remove()
        try await second.remove()
        try server.dropDatabase("\(database.name)_rewind_of_somebody")
    }

    @Test func `only what looks like a test database is copied`() async throws {
        await #expect(throws: SystemError.self) {
            _ = try await DatabaseCopies.make(of: "postgresql:///shop", count: 1)
        }
    }

    @Test func `a role without the right to copy is told what to run, and that suffices`() async throws {
        let database = try TestDatabase()
        let (server, role) = (try PrivatePostgres.shared(), database.name + "_tester")
        try server.query("CREATE ROLE \(role) LOGIN")
        let url = server.url(database: database.name, user: role)
        await #expect {
            _ = try await DatabaseCopies.make(of: url, count: 1)
        } throws: { error in
            "\(error)" == """
                The role “\(role)” may not copy the database “\(database.name)” at \(server.socketDirectory). \
                Have a superuser run:
                    ALTER ROLE \(role) CREATEDB;
                    ALTER DATABASE \(database.name) OWNER TO \(role);
                """
        }
        try server.query("ALTER ROLE \(role) CREATEDB")
        try server.query("ALTER DATABASE \(database.name) OWNER TO \(role)")
        try await DatabaseCopies.make(of: url, count: 1).remove()
    }

    @Test(arguments: [
        ("postgresql://h/shop", "postgresql://h/b%20c"), ("postgresql://h", "postgresql://h/b%20c"),
        ("postgresql:///shop?host=/run", "postgresql:///b%20c?host=/run"),
        ("postgresql://u:p?w@h:1/shop?user=x", "postgresql://u:p?w@h:1/b%20c?user=x"),
        ("postgres://h?dbname=shop", "postgres://h/b%20c?dbname=shop&dbname=b%20c"),
        ("host=h dbname=shop", "host=h dbname=shop dbname='b c'"),
    ])
    func `a URL is made to lead to another database`(url: String, expected: String) throws {
        #expect(PostgresURL.naming("b c", in: url) == expected)
        #expect(try PostgresURL(expected).database == "b c")
    }
}

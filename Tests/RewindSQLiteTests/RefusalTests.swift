import Foundation
import Rewind
import RewindSQLite
import SQLiteDriver
import Testing

/// What can't be rewound is said, in a sentence that names it.
@Suite struct RefusalTests {
    private func failure(_ work: () async throws -> Void) async -> String {
        do { try await work() } catch let error as SystemError { return "\(error.kind): \(error)" } catch {
            return "not a SystemError: \(error)"
        }
        return "no error"
    }

    @Test(arguments: [
        ("CREATE TABLE b (x)", "the table “b” was added"),
        ("DROP TABLE a", "the table “a” was dropped"),
        ("ALTER TABLE a ADD COLUMN y", "the table “a” was altered"),
        ("CREATE INDEX i ON a (x)", "the index “i” was added"),
    ])
    func `a change of the schema is named`(statement: String, what: String) async throws {
        let database = try TestDatabase("CREATE TABLE a (x); INSERT INTO a VALUES (1)")
        let api = try database.connect()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        try api.execute(statement)
        #expect(
            await failure { _ = try await system.capture() } == """
                notRewindable: The schema of \(database.path) changed during the exploration: \(what). Rewind undoes \
                changes of rows, not of definitions. Let the API make its tables before exploring.
                """)
        #expect(
            await failure { try await system.end() } == """
                notRewindable: \(database.path) could not be brought back fully: \(what). Restore the file from a copy \
                if that matters.
                """)
        #expect(try database.dump().filter { $0.contains("rewind") }.isEmpty)
    }

    @Test func `rows are brought back even when the schema changed`() async throws {
        let database = try TestDatabase("CREATE TABLE a (x); INSERT INTO a VALUES (1)")
        let api = try database.connect()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        try api.execute("UPDATE a SET x = 2; CREATE TABLE b (x)")
        _ = await failure { try await system.end() }
        #expect(try await system.rows("SELECT x FROM a") == [[.integer(1)]])
    }

    @Test func `a rebuild that may renumber rows is named`() async throws {
        let database = try TestDatabase("CREATE TABLE a (x); INSERT INTO a VALUES (1)")
        let api = try database.connect()
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        try api.execute("VACUUM")
        #expect(
            await failure { _ = try await system.capture() } == """
                notRewindable: The schema of \(database.path) was rewritten during the exploration, as VACUUM does. \
                That can renumber the rows of “a”, which has no INTEGER PRIMARY KEY. Keep the API from it while exploring.
                """)
        try await system.end()
    }

    @Test func `a writer without triggers is found out`() async throws {
        let database = try TestDatabase("CREATE TABLE a (x); CREATE TABLE b (x); INSERT INTO a VALUES (1)")
        let api = try database.connect()
        try api.setTriggersEnabled(false)
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        try api.execute("UPDATE a SET x = 2")
        #expect(
            await failure { _ = try await system.capture() } == """
                notRewindable: The content of “a” in \(database.path) changed without leaving an entry in the log. A \
                connection with triggers switched off (SQLITE_DBCONFIG_ENABLE_TRIGGER) is the usual cause.
                """)
        #expect(
            await failure { try await system.end() } == """
                notRewindable: \(database.path) could not be brought back fully: “a” is not as it was; a writer with \
                triggers switched off changed it. Restore the file from a copy if that matters.
                """)
    }

    @Test func `a row that is not as recorded is named`() async throws {
        let database = try TestDatabase("CREATE TABLE a (x, y); INSERT INTO a VALUES (1, 'é')")
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        let change = RowChange(table: "a", key: Row([.integer(1)]), before: Row([.null, .null]), after: nil)
        #expect(
            await failure { try await system.apply(ChangeSet(squashing: [change])) } == """
                notRewindable: The row 1 of the table “a” in \(database.path) is not as recorded. Something other than \
                the API writes to it, or a writer has triggers switched off.
                """)
        try await system.end()
    }

    @Test func `a second exploration is refused`() async throws {
        let database = try TestDatabase("CREATE TABLE a (x)")
        let first = SQLiteSystem(path: database.path)
        try await first.begin()
        let sentence = """
            inUse: The database \(database.path) is being explored by process \
            \(ProcessInfo.processInfo.processIdentifier), which is still running. Wait for it, stop it, or explore a copy.
            """
        #expect(await failure { try await SQLiteSystem(path: database.path).begin() } == sentence)
        #expect(await failure { _ = try await SQLiteSystem.restore(path: database.path) } == sentence)
        try await first.end()
        #expect(await failure { try await SQLiteSystem(path: database.path).begin() } == "no error")
    }

    @Test func `a database that does not look like a test database is protected`() async throws {
        let folder = URL(fileURLWithPath: "/var/lib/latest-\(UUID().uuidString.filter(\.isNumber))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("shop.db").path
        try SQLiteConnection(path: path).execute("CREATE TABLE a (x)")
        #expect(
            await failure { try await SQLiteSystem(path: path).begin() } == """
                protected: \(path) does not look like a test database: neither its name nor a folder above it has one \
                of the words test, demo, tmp, temp, dev, sandbox, rewind. Exploring makes the API write to it. If that \
                is meant, allow it with guarding: .anyDatabase, or --any-database on the command line.
                """)
        let allowed = SQLiteSystem(path: path, guarding: .anyDatabase)
        #expect(await failure { try await allowed.begin() } == "no error")
        try await allowed.end()
    }

    @Test func `files that can't be explored are told apart`() async throws {
        let database = try TestDatabase()
        let folder = URL(fileURLWithPath: database.path).deletingLastPathComponent()
        let missing = folder.appendingPathComponent("missing.db").path
        #expect(
            await failure { try await SQLiteSystem(path: missing).begin() } == """
                unreachable: There is no database at \(missing). Start the API once so that it makes the file, or \
                correct the path.
                """)
        #expect(
            await failure { try await SQLiteSystem(path: folder.path).begin() }
                == "unreachable: \(folder.path) is a folder, not a database. Name the file in it.")
        let other = folder.appendingPathComponent("letter.txt")
        try Data(repeating: 65, count: 4096).write(to: other)
        #expect(
            await failure { try await SQLiteSystem(path: other.path).begin() } == """
                unsupported: The file \(other.path) is not a readable SQLite database: file is not a database. It is \
                another kind of file, encrypted, or damaged.
                """)
    }

    @Test(.enabled(if: geteuid() != 0, "the superuser may write everywhere"))
    func `what can't be written is named`() async throws {
        let database = try TestDatabase("CREATE TABLE a (x)")
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: database.path)
        #expect(
            await failure { try await SQLiteSystem(path: database.path).begin() } == """
                unreachable: The database \(database.path) is read-only for this user. Rewind has to write to it to go \
                back.
                """)
    }

    @Test func `a lock that the API does not let go of is named`() async throws {
        let database = try TestDatabase("CREATE TABLE a (x)", journalMode: "DELETE")
        let api = try database.connect()
        try api.execute("BEGIN EXCLUSIVE")
        #expect(
            await failure { try await SQLiteSystem(path: database.path).begin() } == """
                unreachable: The database \(database.path) is locked: another connection holds a write lock for more \
                than 5 s. A transaction that the API left open is the usual cause.
                """)
    }

    @Test func `a table whose rows can't be told apart is named`() async throws {
        let database = try TestDatabase("CREATE TABLE a (rowid, oid, _rowid_)")
        #expect(
            await failure { try await SQLiteSystem(path: database.path).begin() } == """
                unsupported: The rows of the table “a” can't be told apart: it has no INTEGER PRIMARY KEY, and its \
                columns hide rowid, oid and _rowid_. Give it an INTEGER PRIMARY KEY, or exempt it from rewinding.
                """)
        let exempting = SQLiteSystem(path: database.path, exempting: ["a"])
        #expect(await failure { try await exempting.begin() } == "no error")
        try await exempting.end()
    }

    @Test func `calls before begin are refused`() async throws {
        let system = SQLiteSystem(path: "test.db")
        #expect(
            await failure { _ = try await system.capture() }
                == "unreachable: The database test.db is not being explored: begin() has not been called.")
    }
}

import Foundation
import Rewind
import RewindSQLite
import SQLiteDriver
import Synchronization
import Testing

private let ledger = """
    CREATE TABLE account (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, balance INT);
    CREATE TABLE entry (account INT, amount INT, PRIMARY KEY (account, amount)) WITHOUT ROWID;
    INSERT INTO account (name, balance) VALUES ('a', 10), ('b', 20), ('c', 30);
    INSERT INTO entry VALUES (1, 10), (2, 20), (3, 30);
    """

/// At every instant the file says how to get back.
@Suite struct CrashTests {
    @Test func `nothing to restore is said so`() async throws {
        let database = try TestDatabase(ledger)
        let report = try await SQLiteSystem.restore(path: database.path)
        #expect(report.description == "\(database.path): nothing to restore.")
        #expect(report.isNothingToRestore)
    }

    @Test func `a restore says what it undid`() async throws {
        let database = try TestDatabase(ledger)
        let root = try database.dump()
        let api = try database.connect()
        var system: SQLiteSystem? = SQLiteSystem(path: database.path)
        try await system?.begin()
        try api.execute("UPDATE account SET balance = 0 WHERE id < 3")
        let changes = try await system?.capture()
        try await system?.apply(try #require(changes).inverted)
        try await system?.apply(try #require(changes))
        try api.execute("INSERT INTO account (name) VALUES ('d'); DELETE FROM entry WHERE account = 1")
        system = nil
        let report = try await SQLiteSystem.restore(path: database.path)
        #expect(
            report.description == """
                \(database.path): the exploration of process \(ProcessInfo.processInfo.processIdentifier) is undone: \
                4 rows put back (3 in “account”, 1 in “entry”), 1 counter reset.
                """)
        #expect(try database.dump() == root)
    }

    @Test func `the owner is told by process and start time`() async throws {
        let database = try TestDatabase(ledger)
        let system = SQLiteSystem(path: database.path)
        try await system.begin()
        let api = try database.connect()
        // Process 1 lives, but was not started then.
        try api.execute("UPDATE _rewind_owner SET pid = 1, started = 'long ago'")
        let report = try await SQLiteSystem.restore(path: database.path)
        #expect(report.processID == 1)
        let another = SQLiteSystem(path: database.path)
        try await another.begin()
        try api.execute("UPDATE _rewind_owner SET pid = 1, started = ''")
        await #expect(throws: SystemError.self) { try await SQLiteSystem.restore(path: database.path) }
        try await another.end()
    }

    /// A copy of the files at one instant is what a killed machine leaves; a killed process leaves no less.
    @Test(arguments: ["WAL", "DELETE"])
    func `the root can be restored from any instant`(mode: String) async throws {
        let database = try TestDatabase(ledger, journalMode: mode)
        let root = try database.dump()
        let isDone = Mutex(false)
        async let walked: Void = walk(database, rounds: 150) { isDone.withLock { $0 = true } }
        var restored = 0
        while !isDone.withLock({ $0 }) {
            guard let copy = try consistentCopy(of: database.path) else { continue }
            defer { try? FileManager.default.removeItem(atPath: URL(fileURLWithPath: copy).deletingLastPathComponent().path) }
            try makeStale(copy)
            let report = try await SQLiteSystem.restore(path: copy)
            #expect(report.problems.isEmpty)
            #expect(try TestDatabase.dump(copy) == root)
            restored += report.isNothingToRestore ? 0 : 1
        }
        try await walked
        #expect(try database.dump() == root)
        #expect(restored > 5)
    }

    private func walk(_ database: TestDatabase, rounds: Int, finally done: @Sendable () -> Void) async throws {
        defer { done() }
        let path = database.path
        let thread = WorkerThread(name: "walk")
        defer { thread.stop() }
        try await thread.run {
            let api = try SQLiteConnection(path: path)
            for _ in 0..<5 {
                let system = SQLiteSystem(path: path, thread: thread)
                try await system.begin()
                for round in 0..<(rounds / 5) {
                    try api.execute(
                        """
                        INSERT OR REPLACE INTO account (name, balance) VALUES ('\(round.isMultiple(of: 2) ? "a" : "x")', 1);
                        BEGIN; DELETE FROM entry WHERE account = 2; INSERT OR REPLACE INTO entry VALUES (7, \(round)); COMMIT
                        """)
                    let changes = try await system.capture()
                    if !round.isMultiple(of: 3) { try await system.apply(changes.inverted) }
                }
                try await system.end()
            }
        }
    }

    /// The files as they are between two reads that agree, or `nil` when something was written meanwhile.
    private func consistentCopy(of path: String) throws -> String? {
        let before = fileSet(path)
        let after = fileSet(path)
        guard before == after, let main = before[""] else { return nil }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rewind-copy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let copy = folder.appendingPathComponent("shop.db").path
        try main.write(to: URL(fileURLWithPath: copy))
        for suffix in ["-wal", "-journal"] {
            try before[suffix]?.write(to: URL(fileURLWithPath: copy + suffix))
        }
        return copy
    }

    private func fileSet(_ path: String) -> [String: Data] {
        var files: [String: Data] = [:]
        for suffix in ["-wal", "-journal", ""] {
            files[suffix] = FileManager.default.contents(atPath: path + suffix)
        }
        return files
    }

    private func makeStale(_ path: String) throws {
        let connection = try SQLiteConnection(path: path)
        try? connection.execute("UPDATE _rewind_owner SET pid = 1, started = 'long ago'")
    }
}

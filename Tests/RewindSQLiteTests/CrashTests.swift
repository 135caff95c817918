import ExactnessSupport
import Foundation
import Rewind
import RewindSQLite
import SQLiteDriver
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

    @Test(arguments: ["WAL", "DELETE"])
    func `a run killed at any instant can be undone`(mode: String) async throws {
        let database = try TestDatabase(ledger, journalMode: mode)
        let root = try database.dump()
        var random = SeededRandom(seed: 7)
        var interrupted = 0
        for _ in 0..<25 {
            let path = database.path
            let microseconds = random.int(0...30_000)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, microseconds = microseconds as Int] in
                try await walkUntilKilled(path, after: microseconds)
            }
            interrupted += try await SQLiteSystem.restore(path: path).isNothingToRestore ? 0 : 1
            #expect(try database.dump() == root)
        }
        #expect(interrupted > 10)
    }
}

/// Explores, again and again from `begin` to `end`, until this process is killed.
private func walkUntilKilled(_ path: String, after microseconds: Int) async throws {
    let thread = WorkerThread(name: "walk")
    try await thread.run {
        let api = try SQLiteConnection(path: path)
        for run in 0... {
            let system = SQLiteSystem(path: path, thread: thread)
            try await system.begin()
            if run == 0 { killThisProcess(after: microseconds) }
            for round in 0..<8 {
                let name = round.isMultiple(of: 2) ? "a" : "x"
                try api.execute(
                    """
                    INSERT OR REPLACE INTO account (name, balance) VALUES ('\(name)', 1); BEGIN;
                    DELETE FROM entry WHERE account = 2; INSERT OR REPLACE INTO entry VALUES (7, \(round)); COMMIT
                    """)
                let changes = try await system.capture()
                if !round.isMultiple(of: 3) { try await system.apply(changes.inverted) }
            }
            try await system.end()
        }
    }
}

private func killThisProcess(after microseconds: Int) {
    DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(microseconds)) { kill(getpid(), SIGKILL) }
}

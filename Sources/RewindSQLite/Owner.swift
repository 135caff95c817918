import Foundation
import SQLiteDriver
import Synchronization

/// Who is exploring a database: noted in it, so that a second exploration keeps away and a dead one can be told apart.
struct Owner: Equatable {
    let processID: Int32
    /// When the process started, in the kernel's ticks since boot: process ids are used again. Empty where the system
    /// has no `/proc`.
    let processStart: String
    let run: String

    /// Runs of this process that are under way. Without it, one that was dropped midway would seem alive for as long
    /// as the process lives.
    private static let runsHere = Mutex<Set<String>>([])

    /// A new run of this process. It counts as alive until ``retire()``.
    static func new() -> Owner {
        let run = UUID().uuidString
        runsHere.withLock { _ = $0.insert(run) }
        let processID = ProcessInfo.processInfo.processIdentifier
        return Owner(processID: processID, processStart: start(of: processID) ?? "", run: run)
    }

    func retire() {
        Self.runsHere.withLock { _ = $0.remove(run) }
    }

    /// Whether the run that wrote this may still be at work.
    var isAlive: Bool {
        if processID == ProcessInfo.processInfo.processIdentifier {
            return Self.runsHere.withLock { $0.contains(run) }
        }
        if let start = Self.start(of: processID) { return processStart.isEmpty || processStart == start }
        // No /proc entry: on Linux the process is gone; elsewhere a signal of no effect tells.
        if FileManager.default.fileExists(atPath: "/proc/self/stat") { return false }
        return kill(processID, 0) == 0 || errno == EPERM
    }

    /// Field 22 of `/proc/<pid>/stat`, counted from behind the program's name, which may contain anything.
    private static func start(of processID: Int32) -> String? {
        guard let stat = try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8),
            let nameEnd = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: nameEnd)...].split(separator: " ")
        return fields.count > 19 ? String(fields[19]) : nil
    }

    /// Who has noted himself in the database, if anyone.
    static func read(_ connection: SQLiteConnection) throws(SQLiteError) -> Owner? {
        guard try connection.exists(table: "_rewind_owner") else { return nil }
        let select = try connection.statement("SELECT pid, started, run FROM _rewind_owner")
        defer { select.reset() }
        guard try select.step() else { return nil }
        return Owner(
            processID: Int32(truncatingIfNeeded: select.int64(0)), processStart: select.string(1), run: select.string(2)
        )
    }

    func write(_ connection: SQLiteConnection) throws(SQLiteError) {
        try connection.execute("CREATE TABLE _rewind_owner (pid INTEGER, started TEXT, run TEXT)")
        let insert = try connection.prepare("INSERT INTO _rewind_owner VALUES (?, ?, ?)")
        try insert.bind(Int64(processID), at: 1)
        try insert.bind(processStart, at: 2)
        try insert.bind(run, at: 3)
        try insert.run()
    }
}

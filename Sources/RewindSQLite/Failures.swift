import Foundation
import Rewind
import SQLiteDriver

/// How long Rewind waits for another connection's lock.
let busyTimeoutMilliseconds = 5000

/// Runs the closure, and tells SQLite's errors as sentences for a person.
func explainingFailures<R>(of path: String, _ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as SQLiteError { throw SystemError(error, path: path) }
}

extension SystemError {
    init(_ error: SQLiteError, path: String) {
        if error.isBusy {
            self.init(
                .unreachable,
                """
                The database \(path) is locked: another connection holds a write lock for more than \
                \(busyTimeoutMilliseconds / 1000) s. A transaction that the API left open is the usual cause.
                """)
        } else if error.isNotADatabase {
            self.init(
                .unsupported,
                """
                The file \(path) is not a readable SQLite database: \(error.message). It is another kind of file, \
                encrypted, or damaged.
                """)
        } else {
            self.init(.unreachable, "The database \(path) refused what Rewind asked of it. \(error)")
        }
    }

    static func inUse(_ path: String, by owner: Owner) -> SystemError {
        SystemError(
            .inUse,
            """
            The database \(path) is being explored by process \(owner.processID), which is still running. Wait for it, \
            stop it, or explore a copy.
            """)
    }

    static func notAsRecorded(_ change: RowChange, path: String) -> SystemError {
        let key = change.key.cells.map(\.inSentence).joined(separator: ", ")
        return SystemError(
            .notRewindable,
            """
            The row \(key) of the table “\(change.table)” in \(path) is not as recorded. Something other than the API \
            writes to it, or a writer has triggers switched off.
            """)
    }
}

extension Value {
    fileprivate var inSentence: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let text): "“\(text)”"
        case .blob(let bytes): "x'\(bytes.map { String(format: "%02x", $0) }.joined())'"
        }
    }
}

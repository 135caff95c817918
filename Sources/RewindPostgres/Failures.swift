import PostgresDriver
import Rewind

/// Where a database is, as messages name it: never with a password.
struct DatabasePlace: Sendable, Hashable, CustomStringConvertible {
    let database: String
    let host: String
    let port: String

    init(_ connection: PostgresConnection) {
        database = connection.database
        host = connection.host
        port = connection.port
    }

    init(_ url: PostgresURL) {
        database = url.database ?? url.settings["user"] ?? "(the user's)"
        host = url.settings["host"] ?? ""
        port = url.settings["port"] ?? ""
    }

    var description: String {
        if host.isEmpty { return "“\(database)”" }
        return host.hasPrefix("/") || port.isEmpty ? "“\(database)” at \(host)" : "“\(database)” at \(host):\(port)"
    }
}

/// Runs the closure, and tells PostgreSQL's errors as sentences for a person.
func explainingFailures<R>(of place: DatabasePlace, _ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as PostgresError { throw SystemError(error, place) }
}

extension SystemError {
    init(_ error: PostgresError, _ place: DatabasePlace) {
        if error.isLocked {
            self.init(
                .unreachable,
                """
                Another session holds a lock in the database \(place) for more than \
                \(SessionSettings.lockTimeoutMilliseconds / 1000) s. A transaction that the API left open is the usual \
                cause. \(error)
                """)
        } else if error.isConnectionLost {
            self.init(
                .unreachable,
                """
                The database \(place) does not answer: \(error.message). Is the server running, and are the name and the \
                user right? What was changed is undone by the next run, or by rewind restore.
                """)
        } else if error.isInsufficientPrivilege {
            self.init(
                .unsupported,
                "The role lacks a right in the database \(place): \(error.message). \(Rights.remedyInGeneral)")
        } else {
            self.init(.unreachable, "The database \(place) refused what Rewind asked of it. \(error)")
        }
    }

    static func transactionsOpen(
        _ open: OpenTransactions?, for patience: Duration, _ place: DatabasePlace
    ) -> SystemError {
        if let prepared = open?.prepared.first {
            return SystemError(
                .notRewindable,
                """
                The transaction “\(prepared)” is prepared for a two-phase commit in \(place). Until it is committed or \
                rolled back, what it changed can't be seen nor taken back.
                """)
        }
        guard let open, !open.areNone else {
            return SystemError(
                .notRewindable,
                """
                The API never comes to rest: \(place) was still being written to \(patience) after the answer. Switch off \
                what works in the background, or exempt the tables it writes.
                """)
        }
        return SystemError(
            .notRewindable,
            """
            A transaction is still open in \(place), \(patience) after the API's answer: \(open.description). What it \
            changed can't be taken back before it ends. A missing COMMIT or ROLLBACK on some path is the usual cause.
            """)
    }

    static func locked(_ holders: [String], _ place: DatabasePlace) -> SystemError {
        SystemError(
            .unreachable,
            """
            \(holders.isEmpty ? "Another session" : holders.joined(separator: ", ")) has written to tables of \(place), or \
            has them locked, in a transaction that has been open for \(SessionSettings.lockTimeoutMilliseconds / 1000) s. \
            End it first. A missing COMMIT or ROLLBACK is the usual cause.
            """)
    }

    static func triggersRemain(_ holders: [String], _ problems: [String], _ place: DatabasePlace) -> SystemError {
        let who = holders.isEmpty ? "other sessions used" : "\(holders.joined(separator: ", ")) used"
        let content =
            problems.isEmpty
            ? "The content of \(place) is what it was"
            : "\(place) could not be brought back fully: \(problems.joined(separator: "; "))"
        return SystemError(
            .notRewindable,
            """
            \(content). But Rewind's triggers could not be taken out, since \(who) its tables in a transaction that is \
            still open. End it, then run rewind restore.
            """)
    }

    static func notAsRecorded(_ change: RowChange, _ place: DatabasePlace) -> SystemError {
        let key = change.key.cells.map(\.inSentence).joined(separator: ", ")
        return SystemError(
            .notRewindable,
            """
            The row \(key) of the table “\(change.table)” in \(place) is not as recorded. Something other than the API \
            writes to it, or a writer has triggers switched off.
            """)
    }

    static func definitionsChanged(_ what: String, _ place: DatabasePlace) -> SystemError {
        SystemError(
            .notRewindable,
            """
            The schema of \(place) changed during the exploration: \(what). Rewind undoes changes of rows, not of \
            definitions. Let the API make its tables before exploring.
            """)
    }

    static func unrewindable(_ obstacles: [String], _ place: DatabasePlace) -> SystemError {
        SystemError(
            .unsupported,
            """
            \(place) can't be rewound exactly: \(obstacles.joined(separator: "; ")). Change that in the test database, \
            or exempt the table if it is about one.
            """)
    }

    static func changedUnseen(_ tables: [String], _ place: DatabasePlace) -> SystemError {
        SystemError(
            .notRewindable,
            """
            The content of \(tables.map { "“\($0)”" }.joined(separator: ", ")) in \(place) changed without leaving an \
            entry in the log. A writer that disabled triggers (ALTER TABLE … DISABLE TRIGGER) is the usual cause.
            """)
    }
}

extension Value {
    var inSentence: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let text): "“\(text)”"
        case .blob(let bytes): "\\x\(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())"
        }
    }
}

import Foundation
import PostgresDriver

/// A few connections, each lent to one caller at a time, opened when they are first needed.
///
/// A connection is thrown away when a statement on it failed, and when its server has ended it meanwhile, so the first
/// request after a restart finds a fresh one.
///
/// Unchecked: `condition` guards what changes, and a connection is used by no one but the caller it is lent to.
final class PostgresPool: @unchecked Sendable {
    private let open: @Sendable () throws -> PostgresConnection
    private let waitSeconds: Double
    private let size: Int
    private let condition = NSCondition()
    private var idle: [PostgresConnection] = []
    private var lentCount = 0

    /// - Parameters:
    ///   - size: how many connections there may be.
    ///   - waitSeconds: how long a caller waits for one before it is refused.
    ///   - open: makes a connection, ready to be used.
    init(size: Int, waitSeconds: Double = 10, open: @escaping @Sendable () throws -> PostgresConnection) {
        self.size = max(1, size)
        self.waitSeconds = waitSeconds
        self.open = open
    }

    /// Lends a connection to the body.
    ///
    /// - Throws: what the body throws, `DatabaseUnavailable` if no connection became free in time, or what opening one
    ///   throws. If the body fails because the schema has changed since its statements were prepared, it is run once
    ///   more on a fresh connection.
    func withConnection<R>(_ body: (PostgresConnection) throws -> R) throws -> R {
        do {
            return try lend(to: body)
        } catch let error as PostgresError where error.isOutdatedStatement {
            condition.withLock { idle.removeAll() }
            return try lend(to: body)
        }
    }

    private func lend<R>(to body: (PostgresConnection) throws -> R) throws -> R {
        var kept = try reserve()
        defer { giveBack(&kept) }
        do {
            let connection = try kept ?? open()
            kept = connection
            return try body(connection)
        } catch let error as PostgresError {
            kept = nil
            throw error
        }
    }

    /// The right to one connection, and with it one that is open already if there is any.
    private func reserve() throws -> PostgresConnection? {
        let deadline = Date(timeIntervalSinceNow: waitSeconds)
        return try condition.withLock {
            while lentCount == size {
                guard condition.wait(until: deadline) else {
                    throw DatabaseUnavailable(cause: "all connections (\(size)) have been in use for \(waitSeconds) s")
                }
            }
            lentCount += 1
            while let connection = idle.popLast() {
                if !connection.hasUnreadInput { return connection }
            }
            return nil
        }
    }

    private func giveBack(_ connection: inout PostgresConnection?) {
        let returned = connection
        connection = nil
        condition.withLock {
            if let returned { idle.append(returned) }
            lentCount -= 1
            condition.signal()
        }
    }
}

extension PostgresError {
    /// Whether a prepared statement no longer fits the schema ("cached plan must not change result type"), or is gone.
    fileprivate var isOutdatedStatement: Bool { sqlState == "0A000" || sqlState == "26000" }
}

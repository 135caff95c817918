import Money
import Orders

/// What the service needs of a database. Used by many threads at once; keeps no order in memory.
protocol OrderStore: Sendable {
    /// An order as it was last committed.
    func order(_ id: OrderID) throws -> Order?

    /// Runs the body in one transaction; nothing it wrote stays if it throws.
    ///
    /// The body may be run once more if nothing of the first time stays, so it must do nothing but ask and decide.
    func transaction<R: Sendable>(_ body: @Sendable (any OrderTransaction) throws -> R) throws -> R
}

/// What can be done within a transaction, by the one thread it runs on.
protocol OrderTransaction {
    /// An order that nobody else can change until the transaction ends.
    func lockedOrder(_ id: OrderID) throws -> Order?

    /// The orders still pending whose payment window closes at that time or before, by number, locked as well.
    func lockedPendingOrders(dueBy now: Timestamp) throws -> [Order]

    /// Makes an order and gives it the next number.
    func insertOrder(amount: Money, customerID: String, at now: Timestamp) throws -> Order

    /// Writes an order back if it still has the status that the decision was made on.
    ///
    /// - Throws: `ChangedMeanwhile` otherwise.
    func update(_ order: Order, from status: OrderStatus, keepingRefundedAmount: Bool) throws

    /// Records a refund and returns its number.
    func insertRefund(_ amount: Money, of id: OrderID, at now: Timestamp) throws -> Int64

    /// Counts a view in the order's row.
    func countView(of id: OrderID) throws

    /// The test clock's time.
    func clock() throws -> Timestamp

    /// Moves the test clock, and holds it until the transaction ends.
    func advanceClock(bySeconds seconds: Int64) throws
}

extension OrderTransaction {
    func requiredOrder(_ id: OrderID) throws -> Order {
        guard let order = try lockedOrder(id) else { throw UnknownOrder(id: id) }
        return order
    }

    func update(_ order: Order, from status: OrderStatus) throws {
        try update(order, from: status, keepingRefundedAmount: false)
    }
}

/// Opens the store that a configuration names, bringing its schema up to date.
func openStore(_ configuration: OrdersServer.Configuration) throws -> any OrderStore {
    switch configuration.database {
    case .sqlite(let path): try SQLiteOrderStore(path: path)
    case .postgres(let url): try PostgresOrderStore(url: url, connections: configuration.threads)
    }
}

/// Another process has changed the order's status between the reading and the writing of it.
struct ChangedMeanwhile: Error {
    let id: OrderID
}

/// The database did not answer, or not in time.
struct DatabaseUnavailable: Error, CustomStringConvertible {
    let cause: String

    var description: String { "The database cannot be used at the moment: \(cause)" }
}

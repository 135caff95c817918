import Foundation
import Payments
import Rewind
import RewindHTTP
import RewindSQLite
import Testing

/// no_over_refund: Refunds never exceed the order's amount
///
/// 200.00 USD were refunded of an order of 100.00 USD.
///
/// Needs the API at $BASE_URL, and its SQLite database at $DATABASE, which is returned to where it was. For
/// PostgreSQL, put a PostgresSystem in the place of the SQLiteSystem.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["BASE_URL"] != nil, "Set BASE_URL and DATABASE."))
struct `Counterexample c9a9a3d3` {
    @Test func `does not break no_over_refund any more`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let api = try API(baseURL: environment["BASE_URL"] ?? "")
        let database = SQLiteSystem(path: environment["DATABASE"] ?? "")
        let explorer = try Explorer(payments, in: World(api: api, systems: [database]))
        let path: [PathStep] = [
            "create_order",
            "pay_order",
            "refund_order",
            "refund_order",
        ]
        let result = await explorer.replay(path, expecting: "no_over_refund")
        #expect(result.isFixed, "\(result)")
    }
}

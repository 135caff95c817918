import CommandSupport
import Foundation
import Rewind
import RewindHTTP
import RewindPostgres
import Testing

extension PostgresEndToEndTests {
    /// An API that was not written for Rewind: in Python, with a pool of connections, triggers, cascades and UUIDs.
    @Suite(.enabled(if: PythonAPI.isThere, "Install python3-psycopg and python3-psycopg-pool."))
    struct PythonAPITests {
        /// What there is to find, counted by hand.
        ///
        /// With one customer at a time and one order, an API without memory has 11 states: nobody; a customer; an order
        /// that is pending, canceled or paid; and a captured one, whose refunds so far are, in order, none, 40, 60, 40+40,
        /// 40+60 or 60+40. An order that was deleted and made anew has other ids, UUIDs and times, and is the same state.
        ///
        /// But the audit log outlives the customer. It tells nothing, or of a payment, or of one of the 6 captured ones:
        /// 8 pasts. The customer is deleted at most once on a path, so there are 11 states before, and 8 times 11 after.
        private static let states = 11 + 8 * 11
        /// A state with an order has 8 steps before that deletion and 7 after it; one with a customer alone 2 and 1.
        private static let transitions = (1 + 2 + 9 * 8) + 8 * (1 + 1 + 9 * 7)

        @Test(arguments: [Strategy.breadthFirst, .randomWalk])
        func `the correct one holds, and equal business states are one`(strategy: Strategy) async throws {
            try await withAPI { api, database in
                let before = try await database.dump()
                let result = try await explored(api, database, by: strategy)
                #expect(result.verdict == .held(.everything), "\(result.verdict) \(result.violations)")
                #expect(result.statistics.frontier == 0)
                #expect(result.statesVisited == Self.states)
                #expect(result.transitions == Self.transitions)
                #expect(
                    result.learnedVolatile == [
                        "context.reference", "customers.token", "orders.reference", "payments.token",
                    ])
                #expect(result.warnings == [])
                let sessions = try database.query(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE application_name = 'payments-api' AND datname = current_database()
                    """)
                #expect(Int(sessions) ?? 0 >= 3, "\(sessions) sessions")
                #expect(try await database.dump() == before)
            }
        }

        @Test func `a check over another connection does not see the refund that it checks`() async throws {
            try await withAPI(defect: "check-elsewhere") { api, database in
                let before = try await database.dump()
                let result = try await explored(api, database)
                #expect(result.verdict == .violated)
                let found = try #require(result.violations.first { $0.rule.name == "no_over_refund" })
                #expect(found.isConfirmed)
                let paths = [40, 60].map { first in
                    ["create_customer", "create_order", "pay", "capture", "refund(\(first))", "refund(60)"]
                }
                #expect(found.counterexample.path == paths[1], "\(paths)")
                #expect(try await database.dump() == before)
            }
        }

        @Test func `a refusal that is not rolled back is seen by what the audit trigger wrote`() async throws {
            try await withAPI(defect: "no-rollback") { api, database in
                let before = try await database.dump()
                let result = try await explored(api, database)
                #expect(result.verdict == .violated)
                let found = try #require(result.violations.first { $0.rule.name == "refusal_changes_nothing" })
                #expect(found.isConfirmed)
                #expect(found.counterexample.path == ["create_customer", "create_order", "pay", "pay"])
                #expect(found.message.contains("audit_log"), "\(found.message)")
                #expect(try await database.dump() == before)
            }
        }

        @Test func `a transaction that is left open is named, with its query and its age`() async throws {
            let scratch = try Scratch()
            let database = try await seededDatabase(in: scratch)
            let before = try await database.dump()
            let api = try await PythonAPI(on: database, defect: "forgotten-commit", in: scratch)
            let result = try await explored(api, database)
            guard case .notDecided(let reasons) = result.verdict else {
                Issue.record("\(result.verdict)")
                return
            }
            let pattern =
                /A transaction is still open in .+, 2\.0 seconds after the API's answer: session \d+ \(payments-api\) is idle in transaction for \d+\.\d s, its last query: UPDATE orders SET status = 'canceled' WHERE/
            #expect(reasons.contains { $0.contains(pattern) }, "\(reasons)")
            #expect(result.violations.isEmpty)
            try await api.stop()
            _ = try await PostgresSystem.restore(url: database.url)
            #expect(try await database.dump() == before)
        }

        // MARK: Helpers

        private func withAPI(
            defect: String = "", _ body: (PythonAPI, Database) async throws -> Void
        ) async throws {
            let scratch = try Scratch()
            let database = try await seededDatabase(in: scratch)
            let api = try await PythonAPI(on: database, defect: defect, in: scratch)
            try await body(api, database)
            try await api.stop()
        }

        /// A shop that has been in business for a while.
        private func seededDatabase(in scratch: Scratch) async throws -> Database {
            let database = try Database(named: "shop_test")
            let running = try await PythonAPI(on: database, in: scratch)
            let api = try API(baseURL: running.url).bound(to: Journal())
            for number in 1...4 {
                _ = try await api.post("/customers", json: ["email": "customer\(number)@example.org"])
                let order = try await api.post(
                    "/orders", json: NewOrder(customerID: Int64(number), amount: "12.50", currency: "USD"))
                let path = "/orders/\(try order.json.reference.string)"
                for step in ["pay", "capture"].prefix(number - 1) { _ = try await api.post("\(path)/\(step)") }
                if number == 4 { _ = try await api.post("\(path)/refunds", json: ["amount": "0.01"]) }
            }
            // Numbers that were drawn and not used, as after every refusal.
            _ = try await api.post("/customers", json: ["email": "customer1@example.org"])
            try await running.stop()
            return database
        }

        private func explored(
            _ api: PythonAPI, _ database: Database, by strategy: Strategy = .breadthFirst
        ) async throws -> ExplorationResult {
            let world = World(api: try API(baseURL: api.url), systems: [PostgresSystem(url: database.url)])
            return await (try Explorer(shop, in: world, strategy: strategy)).explore()
        }
    }
}

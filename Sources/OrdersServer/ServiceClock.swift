import Foundation
import Orders

/// What time it is for the service: the system's, or with a test clock, the database's.
struct ServiceClock: Sendable {
    let isTestClock: Bool

    func now(in tables: OrderTables) throws -> Timestamp {
        isTestClock ? try tables.clock() : Timestamp(secondsSince1970: Int64(Date().timeIntervalSince1970))
    }
}

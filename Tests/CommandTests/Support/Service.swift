import CommandSupport
import Foundation
import Rewind
import RewindHTTP
import SQLiteDriver

/// `rewind serve` on a database, as a user starts it by hand.
func withService<R>(
    on database: String, in scratch: Scratch, _ body: (_ api: BoundAPI, _ tool: Tool) async throws -> R
) async throws -> R {
    let tool = try Tool(["serve", "--database", database, "--port", "0", "--test-clock"], in: scratch)
    let url = try await tool.firstLine()
    let result = try await body(try API(baseURL: url).bound(to: Journal()), tool)
    tool.signal(SIGTERM)
    _ = try await tool.end()
    return result
}

/// A database as the service left it, with some orders in it.
func filledDatabase(in scratch: Scratch, name: String = "orders.sqlite") async throws -> String {
    let path = scratch.path(name)
    try await withService(on: path, in: scratch) { api, _ in
        for number in 1...6 {
            _ = try await api.post(
                "/orders", json: ["amount": "\(number)0.00", "currency": "EUR", "customer_id": "customer \(number)"])
        }
        for number in [1, 2, 3] { _ = try await api.post("/orders/\(number)/pay") }
        _ = try await api.post("/orders/2/capture")
        _ = try await api.post("/orders/3/refund", json: ["amount": "12.34"])
        _ = try await api.post("/orders/4/cancel")
    }
    return path
}

import Foundation
import Money
import Orders
import Testing

@testable import OrdersServer

@Suite struct `The store` {
    @Test func `writes an order only if its status is still the one that was read`() throws {
        let path = NSTemporaryDirectory() + "store-\(UUID().uuidString).sqlite"
        defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
        let store = try OrderStore(path: path)
        let now = Timestamp(secondsSince1970: 0)
        let order = try store.insertOrder(amount: Money(minorUnits: 100, .usd), customerID: "c1", at: now)
        let paid = try OrderRules().decide(.pay, on: order, at: now).order
        try store.update(paid, from: .pending)
        let canceled = try OrderRules().decide(.cancel, on: order, at: now).order
        #expect(throws: ChangedMeanwhile.self) { try store.update(canceled, from: .pending) }
        #expect(try store.order(order.id) == paid)
    }

    @Test func `undoes a transaction that fails`() throws {
        let path = NSTemporaryDirectory() + "store-\(UUID().uuidString).sqlite"
        defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
        let store = try OrderStore(path: path)
        let now = try store.clock()
        #expect(throws: CancellationError.self) {
            try store.transaction {
                _ = try store.insertOrder(amount: Money(minorUnits: 100, .usd), customerID: "c1", at: now)
                try store.advanceClock(bySeconds: 5)
                throw CancellationError()
            }
        }
        #expect(try store.order(OrderID(rawValue: 1)) == nil)
        #expect(try store.clock() == now)
    }
}

import Foundation
import Money
import Orders
import Testing

@testable import OrdersServer

@Suite struct `The store` {
    private let now = Timestamp(secondsSince1970: 0)

    @Test(arguments: DatabaseKind.tested)
    func `writes an order only if its status is still the one that was read`(on kind: DatabaseKind) throws {
        let database = try TestDatabase(kind)
        let store = try OrderStore(OrdersServer.Configuration(database: try database.address()))
        let order = try insertOrder(into: store)
        let paid = try OrderRules().decide(.pay, on: order, at: now).order
        try store.transaction { try $0.update(paid, from: .pending) }
        let canceled = try OrderRules().decide(.cancel, on: order, at: now).order
        #expect(throws: ChangedMeanwhile.self) {
            try store.transaction { try $0.update(canceled, from: .pending) }
        }
        #expect(try store.order(order.id) == paid)
    }

    @Test(arguments: DatabaseKind.tested)
    func `undoes a transaction that fails`(on kind: DatabaseKind) throws {
        let database = try TestDatabase(kind)
        let store = try OrderStore(OrdersServer.Configuration(database: try database.address()))
        let before = try store.transaction { try $0.clock() }
        #expect(abs(Double(before.secondsSince1970) - Date().timeIntervalSince1970) < 60)
        let now = now
        #expect(throws: CancellationError.self) {
            try store.transaction { orders in
                _ = try orders.insertOrder(amount: Money(minorUnits: 100, .usd), customerID: "c1", at: now)
                try orders.advanceClock(bySeconds: 5)
                throw CancellationError()
            }
        }
        #expect(try store.order(OrderID(rawValue: 1)) == nil)
        #expect(try store.transaction { try $0.clock() } == before)
    }

    @Test(arguments: DatabaseKind.tested)
    func `keeps every character but NUL, which no client can send`(on kind: DatabaseKind) throws {
        let database = try TestDatabase(kind)
        let store = try OrderStore(OrdersServer.Configuration(database: try database.address()))
        let name = "it's \"Zoë\" \\ ☃ 👩‍👩‍👧\n\t\u{1} {a,b} NULL"
        let order = try insertOrder(into: store, customerID: name)
        #expect(try store.order(order.id)?.customerID == name)
    }

    private func insertOrder(into store: OrderStore, customerID: String = "c1") throws -> Order {
        let now = now
        return try store.transaction {
            try $0.insertOrder(amount: Money(minorUnits: 100, .usd), customerID: customerID, at: now)
        }
    }
}

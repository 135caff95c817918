import Testing

@testable import Rewind

@Suite struct `A context in cells` {
    private struct Basket: Codable, Hashable {
        struct Line: Codable, Hashable {
            var sku: String
            var count: UInt8
        }

        var lines: [Line] = []
        var coupon: String?
        var isGift = false
        var weight = 0.5
        var total: UInt64 = 0
    }

    @Test func `has a name and a value for every property`() throws {
        let basket = Basket(lines: [.init(sku: "a", count: 2)], coupon: "x", isGift: true, weight: 1.5, total: .max)
        let cells = try ContextCells(basket)
        #expect(
            cells.names == [
                "context.lines", "context.lines.0", "context.lines.0.sku", "context.lines.0.count", "context.coupon",
                "context.isGift", "context.weight", "context.total",
            ])
        #expect(
            cells.row.cells == [
                .null, .null, .text("a"), .integer(2), .text("x"), .integer(1), .real(1.5),
                .text("18446744073709551615"),
            ])
    }

    @Test func `has no cell for what is nil, and one for what is empty`() throws {
        let names = try ContextCells(Basket()).names
        #expect(names == ["context.lines", "context.isGift", "context.weight", "context.total"])
    }

    @Test func `of a single value is one cell`() throws {
        #expect(try ContextCells(Int64(7)).row == Row([.integer(7)]))
    }
}

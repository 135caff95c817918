import Testing

@testable import Rewind

@Suite struct `A packed row` {
    @Test func `gives back the cells it was made of`() {
        forEachSeed { random, seed in
            let cells = (0..<6).map { _ in random.value() }
            #expect(Row(cells).cells == cells, "seed \(seed)")
        }
    }

    @Test func `is equal only to rows of the same types and values`() {
        let rows: [Row] = [
            Row([.null]), Row([.integer(1)]), Row([.real(1)]), Row([.text("1")]), Row([.blob([0x31])]), Row([]),
            Row([.null, .null]), Row([.text("")]), Row([.blob([])]), Row([.text("a"), .text("b")]), Row([.text("ab")]),
        ]
        for (i, a) in rows.enumerated() {
            for (j, b) in rows.enumerated() { #expect((a == b) == (i == j), "\(a.cells) and \(b.cells)") }
        }
    }

    @Test func `keeps bytes that are no valid text`() {
        let bytes: [UInt8] = [0x61, 0xFF, 0x00, 0xC3]
        var row = Row()
        bytes.withUnsafeBytes { row.appendText($0) }
        row.forEachCell { cell in
            if case .text(let text) = cell { #expect(Array(text) == bytes) } else { Issue.record("not a text") }
        }
    }

    @Test func `is taken back from its bytes, and from no others`() {
        forEachSeed { random, seed in
            let row = random.row()
            #expect(Row(packed: row.packed) == row, "seed \(seed)")
            if !row.packed.isEmpty { #expect(Row(packed: row.packed + [9]) == nil, "seed \(seed)") }
        }
        #expect(Row(packed: [3, 255, 255, 255, 255]) == nil, "a text longer than what follows")
        #expect(Row(packed: [1, 0]) == nil, "a number cut short")
        #expect(Row(packed: [3, 1]) == nil, "a length cut short")
    }
}

@Suite struct `A fingerprint` {
    @Test func `does not change from one process or version to the next`() {
        let row = Row([.integer(7), .text("paid"), .null])
        #expect("\(Fingerprint(table: "orders", row: row))" == "a32b689d61443f20025dc28296a303cb")
    }

    @Test func `is a sum: order does not count, and what was added can be taken away`() {
        forEachSeed { random, seed in
            let rows = (0..<5).map { _ in Fingerprint(table: "t", row: random.row()) }
            let sum = rows.reduce(.zero, +)
            #expect(rows.shuffled(using: &random).reduce(.zero, +) == sum, "seed \(seed)")
            #expect(rows.reduce(sum, -) == .zero, "seed \(seed)")
        }
    }

    @Test func `tells equal rows of two tables apart, and one row from two`() {
        let row = Row([.integer(1)])
        #expect(Fingerprint(table: "a", row: row) != Fingerprint(table: "b", row: row))
        let one = Fingerprint(table: "a", row: row)
        #expect(one + one != one)
    }

    @Test func `is written as 32 digits and read back`() throws {
        let print = Fingerprint(table: "t", row: Row([.text("x")]))
        #expect(print.description.count == 32)
        #expect(Fingerprint.zero.description == String(repeating: "0", count: 32))
    }
}

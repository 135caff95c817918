import Testing

@testable import Rewind

@Suite struct `A change set` {
    @Test func `leads from the content before to the content after`() {
        forEachSeed { random, seed in
            var content = Content()
            _ = random.changes(of: &content, count: 6)
            let before = content
            let changes = ChangeSet(squashing: random.changes(of: &content, count: 12))
            #expect(before.applying(changes) == content, "seed \(seed)")
        }
    }

    @Test func `holds at most one change of each row, and none without effect`() {
        forEachSeed { random, seed in
            var content = Content()
            let changes = ChangeSet(squashing: random.changes(of: &content, count: 20))
            let places = changes.rows.map { Content.Place(table: $0.table, key: $0.key) }
            #expect(Set(places).count == places.count, "seed \(seed)")
            #expect(changes.rows.allSatisfy { $0.before != $0.after }, "seed \(seed)")
        }
    }

    @Test func `is undone by its inverse`() {
        forEachSeed { random, seed in
            var content = Content()
            _ = random.changes(of: &content, count: 4)
            let before = content
            let changes = ChangeSet(squashing: random.changes(of: &content, count: 8))
            #expect(content.applying(changes.inverted) == before, "seed \(seed)")
            #expect(changes.then(changes.inverted).isEmpty, "seed \(seed)")
            #expect(changes.inverted.inverted == changes, "seed \(seed)")
        }
    }

    @Test func `composes like the changes it is made of, in any grouping`() {
        forEachSeed { random, seed in
            var content = Content()
            let steps = (0..<3).map { _ in ChangeSet(squashing: random.changes(of: &content, count: 5)) }
            let left = steps[0].then(steps[1]).then(steps[2])
            let right = steps[0].then(steps[1].then(steps[2]))
            #expect(Set(left.rows) == Set(right.rows), "seed \(seed)")
            #expect(Set(ChangeSet.joined(steps).rows) == Set(left.rows), "seed \(seed)")
            #expect(Content().applying(left) == content, "seed \(seed)")
        }
    }

    @Test func `squashes many changes as it squashes few`() {
        forEachSeed(50) { random, seed in
            var content = Content()
            let changes = random.changes(of: &content, count: 200)
            #expect(Content().applying(ChangeSet(squashing: changes)) == content, "seed \(seed)")
        }
    }

    @Test func `moves the fingerprint of the content by its delta`() {
        forEachSeed { random, seed in
            var content = Content()
            _ = random.changes(of: &content, count: 5)
            let before = content.fingerprint
            let changes = ChangeSet(squashing: random.changes(of: &content, count: 7))
            #expect(before + changes.fingerprintDelta == content.fingerprint, "seed \(seed)")
        }
    }

    @Test func `with nothing but counters changes no content`() {
        let counter = RowChange(
            table: "sqlite_sequence", key: Row([.text("orders")]), before: nil, after: Row([.integer(1)]))
        let changes = ChangeSet(counters: [counter])
        #expect(!changes.isEmpty)
        #expect(!changes.changesContent)
        #expect(changes.fingerprintDelta == .zero)
        #expect(changes.inverted.counters == [counter.inverted])
    }

    @Test func `leaves out tables by name`() {
        let change = RowChange(table: "audit", key: Row([.integer(1)]), before: nil, after: Row([]))
        #expect(ChangeSet(squashing: [change]).leavingOut(tables: ["audit"]).isEmpty)
        #expect(ChangeSet(squashing: [change]).leavingOut(tables: ["orders"]).tables == ["audit"])
    }
}

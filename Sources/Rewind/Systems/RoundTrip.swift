/// What was proved of a database by going there and back, without touching what is the API's.
///
/// Two things are tried. All of Rewind's triggers are put on the API's tables in a transaction that is rolled back. And a
/// table of Rewind's own, the only one recorded, is changed by another session, taken back, taken there again and ended.
public struct RoundTrip: Sendable, Hashable {
    /// How many of the API's tables triggers could be put on, or could be read.
    public let tables: Int
    /// How many rows of Rewind's own table were changed and taken back.
    public let rows: Int

    package init(tables: Int, rows: Int) {
        self.tables = tables
        self.rows = rows
    }
}

/// The table of Rewind's own, as statements that every database understands.
package struct ProbeTable: Sendable {
    /// How reports spell it.
    package let name: String
    /// As SQL spells it.
    private let spelled: String

    package init(name: String, spelled: String) {
        self.name = name
        self.spelled = spelled
    }

    package var create: String { "CREATE TABLE \(spelled) (id INTEGER PRIMARY KEY, note TEXT)" }
    package var fill: String { "INSERT INTO \(spelled) VALUES (1, 'there before'), (2, 'to be deleted')" }
    /// Each kind of change, once.
    package var changes: [String] {
        [
            "UPDATE \(spelled) SET note = 'changed' WHERE id = 1", "DELETE FROM \(spelled) WHERE id = 2",
            "INSERT INTO \(spelled) VALUES (3, 'new')",
        ]
    }
    package var content: String { "SELECT id, note FROM \(spelled) ORDER BY id" }
    package var drop: String { "DROP TABLE \(spelled)" }
}

extension RewindableSystem {
    /// Begins, has the changes made, goes back, there again, and ends.
    /// - Parameters:
    ///   - content: reads the probe table by another session.
    ///   - change: changes it by that session.
    /// - Returns: how many rows were changed.
    /// - Throws: `SystemError` of kind `.notRewindable` at the first thing that is not as it should be; it has been ended
    ///   all the same.
    package func goThereAndBack(
        reading content: @Sendable () throws -> [[Value]], _ change: @Sendable () throws -> Void
    ) async throws -> Int {
        let before = try content()
        let rows = try await goThereAndBack(change)
        guard try content() == before else {
            throw SystemError(.notRewindable, "Ending did not bring a table of Rewind's own back.")
        }
        return rows
    }

    private func goThereAndBack(_ change: @Sendable () throws -> Void) async throws -> Int {
        do {
            try await begin()
            let root = try await contentFingerprint()
            try change()
            let changes = try await capture()
            let there = try await contentFingerprint()
            try require(changes.rows.count == 3, "of three rows that were changed \(changes.rows.count) were recorded")
            try await apply(changes.inverted)
            try require(try await contentFingerprint() == root, "the content was not as before after going back")
            try await apply(changes)
            try require(try await contentFingerprint() == there, "the content was another after going there again")
            try await end()
            return changes.rows.count
        } catch {
            try? await end()
            throw error
        }
    }

    private func require(_ holds: Bool, _ otherwise: String) throws {
        if !holds { throw SystemError(.notRewindable, "In a table of Rewind's own, \(otherwise).") }
    }
}

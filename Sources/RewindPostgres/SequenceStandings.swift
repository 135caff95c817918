import PostgresDriver
import Rewind

/// Where all sequences stand, as far as was read.
struct SequenceStandings: Sendable {
    /// By the sequence's number.
    private(set) var standings: [Int: DatabaseSequence.Standing] = [:]

    init() {}

    /// Reads some. Cost follows their number.
    init(_ sequences: some Collection<DatabaseSequence>, _ connection: PostgresConnection) throws(PostgresError) {
        if sequences.isEmpty { self.init(); return }
        self.init(try connection.query(DatabaseSequence.select(sequences)))
    }

    /// Adds what ``DatabaseSequence/probe(_:)`` returned for sequences that had given out numbers, where it is another
    /// standing than the known one.
    /// - Returns: whether it told of all; one that was set back to giving out none needs a closer look.
    mutating func join(
        probed result: PostgresResult, of sequences: [DatabaseSequence], beside known: SequenceStandings
    ) -> Bool {
        let values = result.bytes(0, 0).dropFirst().dropLast().split(separator: UInt8(ascii: ","))
        for (sequence, value) in zip(sequences, values) {
            guard let value = RowText.number(UnsafeRawBufferPointer(rebasing: value)) else { return false }
            if known.standings[sequence.number]?.lastValue == value { continue }
            standings[sequence.number] = DatabaseSequence.Standing(lastValue: value, isCalled: true)
        }
        return values.count == sequences.count
    }

    /// Takes what ``DatabaseSequence/select(_:)`` returned.
    init(_ result: PostgresResult) {
        for row in 0..<result.rowCount {
            standings[Int(result.int64(row, 0))] = DatabaseSequence.Standing(
                lastValue: result.int64(row, 1), isCalled: result.bool(row, 2))
        }
    }

    /// What changed, and takes it over.
    mutating func follow(_ next: SequenceStandings, _ sequences: [DatabaseSequence]) -> [RowChange] {
        var changes: [RowChange] = []
        for (number, standing) in next.standings.sorted(by: { $0.key < $1.key }) where standings[number] != standing {
            let sequence = sequences[number]
            changes.append(
                RowChange(
                    table: DatabaseSequence.table, key: sequence.key,
                    before: standings[number].map(sequence.row), after: sequence.row(standing)))
            standings[number] = standing
        }
        return changes
    }

    /// Takes over what a move set.
    mutating func follow(_ changes: [RowChange], numbers: [Row: Int]) {
        for change in changes {
            guard let number = numbers[change.key], let standing = change.after?.standing else { continue }
            standings[number] = standing
        }
    }

    /// Writes down the root.
    func save(_ sequences: [DatabaseSequence], _ connection: PostgresConnection) throws(PostgresError) {
        let root = sequences.compactMap { sequence in
            standings[sequence.number].map { (objectID: sequence.objectID, standing: $0, name: sequence.qualifiedName) }
        }
        var parameters = Self.parameters(setting: root.map { ($0.objectID, $0.standing) })
        parameters.append(array: root.map { Array($0.name.utf8) })
        _ = try connection.query(
            """
            INSERT INTO rewind.sequences (oid, last_value, is_called, name)
            SELECT * FROM unnest($1::oid[], $2::int8[], $3::bool[], $4::text[])
            """, parameters)
    }

    /// The parameters of ``DatabaseSequence/set`` that set those.
    static func parameters(
        setting standings: [(objectID: UInt32, standing: DatabaseSequence.Standing)]
    ) -> PostgresParameters {
        var parameters = PostgresParameters()
        parameters.append(array: standings.map { Int64($0.objectID) })
        parameters.append(array: standings.map(\.standing.lastValue))
        parameters.append(array: standings.map { [$0.standing.isCalled ? UInt8(ascii: "t") : UInt8(ascii: "f")] })
        return parameters
    }
}

extension Row {
    /// Where a counter's row says that its sequence stands.
    var standing: DatabaseSequence.Standing? {
        let cells = cells
        guard cells.count == 3, case .integer(let lastValue) = cells[1], case .integer(let isCalled) = cells[2] else {
            return nil
        }
        return DatabaseSequence.Standing(lastValue: lastValue, isCalled: isCalled == 1)
    }
}

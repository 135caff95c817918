import PostgresDriver
import Rewind

/// The sequences during an exploration: where they stand, and which of them have to be looked at.
///
/// `nextval` writes to the write-ahead log, and so shows as a transaction, only every 32 numbers; but always for the
/// first number after a sequence was set. So all are set to where they stand at the start, and each is set by the move
/// that brings it back: a sequence that has not moved since can only move within a transaction that shows. Those that
/// have moved, and those that are not logged at all, are read every time, the others when any transaction has ended.
struct Counters {
    private let sequences: [DatabaseSequence]
    private let numbers: [Row: Int]
    private var standings: SequenceStandings
    private var moved: Set<Int> = []
    /// What the server had seen when all sequences were last known.
    var snapshot: Snapshot?

    /// So few are read every time: less than the query that would tell whether to.
    private static let fewEnough = 16

    init(_ sequences: [DatabaseSequence], _ standings: SequenceStandings) {
        self.sequences = sequences
        self.standings = standings
        numbers = Dictionary(uniqueKeysWithValues: sequences.map { ($0.key, $0.number) })
    }

    private var areFew: Bool { sequences.count <= Self.fewEnough }

    private var watched: [DatabaseSequence] {
        areFew ? sequences : sequences.filter { $0.isUnlogged || moved.contains($0.number) }
    }

    /// The call that every capture makes, if any.
    func probe(_ connection: PostgresConnection) throws(PostgresError) -> PostgresCall? {
        let watched = watched
        return watched.isEmpty ? nil : try probe(watched, connection)
    }

    private func probe(
        _ sequences: [DatabaseSequence], _ connection: PostgresConnection
    ) throws(PostgresError) -> PostgresCall {
        PostgresCall(
            try connection.statement(DatabaseSequence.probe), PostgresParameters(objectIDs: sequences.map(\.objectID)))
    }

    /// What changed, given what the probe returned.
    mutating func follow(
        _ probed: PostgresResult?, at snapshot: Snapshot, _ connection: PostgresConnection
    ) throws(PostgresError) -> [RowChange] {
        var changes: [RowChange] = []
        if let probed { changes += try follow(probed, of: watched, connection) }
        if !areFew && snapshot != self.snapshot {
            let call = try probe(sequences, connection)
            changes += try follow(try connection.run(call), of: sequences, connection)
        }
        self.snapshot = snapshot
        for change in changes { if let number = numbers[change.key] { moved.insert(number) } }
        return changes
    }

    private mutating func follow(
        _ probed: PostgresResult, of some: [DatabaseSequence], _ connection: PostgresConnection
    ) throws(PostgresError) -> [RowChange] {
        if let now = SequenceStandings(probed: probed, of: some, known: standings) {
            return standings.follow(now, sequences)
        }
        return standings.follow(try SequenceStandings(some, connection), sequences)
    }

    /// The calls that set the sequences as a move wants them.
    func calls(
        setting changes: [RowChange], _ connection: PostgresConnection
    ) throws(PostgresError) -> [PostgresCall] {
        let wanted = changes.compactMap { change in
            numbers[change.key].flatMap { number in
                change.after?.standing.map { (objectID: sequences[number].objectID, standing: $0) }
            }
        }
        if wanted.isEmpty { return [] }
        let set = try connection.statement(DatabaseSequence.set)
        return [PostgresCall(set, SequenceStandings.parameters(setting: wanted))]
    }

    /// Takes over what a move set.
    mutating func follow(_ changes: [RowChange]) {
        standings.follow(changes, numbers: numbers)
        for change in changes { if let number = numbers[change.key] { moved.remove(number) } }
    }
}

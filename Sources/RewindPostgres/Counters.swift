import PostgresDriver
import Rewind

/// The sequences during an exploration: where they stand, and which of them have to be looked at.
///
/// `nextval` writes to the write-ahead log, and so shows as a transaction, only every 32 numbers; but always for the
/// first number after a sequence was set. So all are set to where they stand by the first move, when the API is at rest,
/// and those that have moved since by each, whether it changes them or not. Of the others none can move unless some
/// transaction ends, and only then are many sequences all looked at. Unlogged ones never show.
struct Counters {
    private let sequences: [DatabaseSequence]
    private let numbers: [Row: Int]
    private var standings: SequenceStandings
    /// Those that can move on without a transaction that shows.
    private var loose: Set<Int>
    /// A look at all, until one gives out its first number or is set back to before that.
    private var ofAll: SequenceProbe?

    init(_ sequences: [DatabaseSequence], _ standings: SequenceStandings) {
        self.sequences = sequences
        self.standings = standings
        numbers = Dictionary(uniqueKeysWithValues: sequences.map { ($0.key, $0.number) })
        loose = Set(sequences.map(\.number))
    }

    // MARK: Looking

    /// So few are looked at every time.
    private static let fewEnough = 16

    private var areMany: Bool { sequences.count > Self.fewEnough }

    /// Of many, those that are looked at every time all the same.
    private var watched: [DatabaseSequence] {
        sequences.filter { $0.isUnlogged || loose.contains($0.number) }
    }

    /// The calls that every capture makes, if any.
    /// - Parameter snapshot: what the server had seen at the last look.
    mutating func probes(since snapshot: Snapshot?, _ connection: PostgresConnection) throws(PostgresError)
        -> [PostgresCall]
    {
        let all = try probeOfAll(connection)
        if !areMany { return all.calls() }
        return try all.callsOfCalled(since: snapshot) + SequenceProbe(watched, standings, connection).calls()
    }

    private mutating func probeOfAll(_ connection: PostgresConnection) throws(PostgresError) -> SequenceProbe {
        if let ofAll { return ofAll }
        let probe = try SequenceProbe(sequences, standings, connection)
        ofAll = probe
        return probe
    }

    /// What changed, given what the probes returned and whether a transaction has ended since the last look.
    mutating func follow(
        _ results: [PostgresResult], aTransactionEnded: Bool, _ connection: PostgresConnection
    ) throws(PostgresError) -> [RowChange] {
        var probe = try probeOfAll(connection)
        var results = results
        if areMany {
            let ofCalled = results.prefix(probe.called.isEmpty ? 0 : 1)
            if aTransactionEnded {
                results = try ofCalled + connection.pipelined([probe.callsOfFresh()])
            } else {
                results.removeFirst(ofCalled.count)
                probe = try SequenceProbe(watched, standings, connection)
            }
        }
        let now: SequenceStandings
        if let news = probe.news(in: results, beside: standings) {
            now = news
        } else {
            now = try SequenceStandings(probe.sequences, connection)
        }
        let changes = standings.follow(now, sequences)
        for change in changes { if let number = numbers[change.key] { loose.insert(number) } }
        if changes.contains(where: \.callsOrResets) { ofAll = nil }
        return changes
    }

    // MARK: Setting

    /// The calls that set the sequences as a move wants them.
    func calls(
        setting changes: [RowChange], _ connection: PostgresConnection
    ) throws(PostgresError) -> [PostgresCall] {
        var wanted = Dictionary(uniqueKeysWithValues: loose.map { ($0, standings.standings[$0]) })
        for change in changes { if let number = numbers[change.key] { wanted[number] = change.after?.standing } }
        let settings = wanted.sorted { $0.key < $1.key }.compactMap { number, standing in
            standing.map { (objectID: sequences[number].objectID, standing: $0) }
        }
        if settings.isEmpty { return [] }
        let set = try connection.statement(DatabaseSequence.set)
        return [PostgresCall(set, SequenceStandings.parameters(setting: settings))]
    }

    /// Takes over what a move set.
    mutating func follow(_ changes: [RowChange]) {
        standings.follow(changes, numbers: numbers)
        loose.removeAll()
        if changes.contains(where: \.callsOrResets) { ofAll = nil }
    }
}

/// A look at some sequences: all at once at those that gave out numbers; at the others, of which that way tells nothing,
/// one by one.
private struct SequenceProbe {
    let called: [DatabaseSequence]
    private let fresh: [DatabaseSequence]
    private let ofCalled: PostgresStatement?
    private let ofFresh: PostgresStatement?

    init(
        _ some: [DatabaseSequence], _ standings: SequenceStandings, _ connection: PostgresConnection
    ) throws(PostgresError) {
        let isCalled = { (sequence: DatabaseSequence) in standings.standings[sequence.number]?.isCalled == true }
        called = some.filter(isCalled)
        fresh = some.filter { !isCalled($0) }
        ofCalled = called.isEmpty ? nil : try connection.statement(DatabaseSequence.probe(called))
        ofFresh = fresh.isEmpty ? nil : try connection.statement(DatabaseSequence.select(fresh))
    }

    var sequences: [DatabaseSequence] { called + fresh }

    func calls() -> [PostgresCall] { callsOfCalled(since: nil) + callsOfFresh() }

    /// - Parameter snapshot: if given, nothing is looked at while it is the server's.
    func callsOfCalled(since snapshot: Snapshot?) -> [PostgresCall] {
        ofCalled.map { [PostgresCall($0, [snapshot?.text ?? ""])] } ?? []
    }

    func callsOfFresh() -> [PostgresCall] { ofFresh.map { [PostgresCall($0)] } ?? [] }

    /// Those that stand elsewhere than was known, given what the calls returned; `nil` when it needs a closer look, as
    /// after one was set back to giving out none.
    func news(in results: [PostgresResult], beside known: SequenceStandings) -> SequenceStandings? {
        var news = SequenceStandings()
        if ofFresh != nil, let result = results.last { news = SequenceStandings(result) }
        if ofCalled == nil { return news }
        guard let result = results.first, news.join(probed: result, of: called, beside: known) else { return nil }
        return news
    }
}

extension RowChange {
    /// Whether a sequence gave out its first number, or was set back to before that.
    fileprivate var callsOrResets: Bool { before?.standing?.isCalled != after?.standing?.isCalled }
}

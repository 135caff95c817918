/// Checks 11, 12 and 16: requests at once, over connections of their own.
extension IdempotencyCheck {
    static let raceChecks = [twoAtOnce, manyAtOnce, loserNotKept]

    private static let twoAtOnce = IdempotencyCheck(
        11, "two at once, same key", "one runs, the other is refused",
        method: "Two requests at once under one key, several rounds. One that comes when the other is done is told its "
            + "answer."
    ) { bench, expected in
        var (conflicts, rounds) = (0, 0)
        while Race.goesOn(bench, after: rounds, seen: conflicts) {
            rounds += 1
            let race = try await Race.run(bench, 2)
            guard !race.winners.isEmpty else { return .failed("none of two was accepted: \(race.summary)") }
            let losers = race.answers.filter { !$0.isAccepted }
            if let odd = losers.first(where: { !expected.isRefusal($0) }) {
                return .failed("the other: \(odd.summary)")
            }
            conflicts += losers.count
        }
        guard conflicts > 0 else { throw Stop.notApplicable(noOverlap(bench)) }
        return .passed("the other refused in \(conflicts) of \(rounds) rounds")
    }

    private static let manyAtOnce = IdempotencyCheck(
        12, "many at once, same key", "exactly one effect",
        method: "Eight requests at once under one key, several rounds; effects, or answers that differ, are counted."
    ) { bench, _ in
        let count = max(2, bench.target.parallelism)
        for _ in 1...max(1, bench.target.rounds) {
            let race = try await Race.run(bench, count)
            guard !race.winners.isEmpty else { return .failed("none of \(count) was accepted: \(race.summary)") }
            if let effects = try await race.trial.effects() {
                guard effects == 1 else { return .failed("\(Trial.words(effects)) of \(count) requests") }
            } else if Set(race.winners.map(\.body)).count > 1 {
                return .failed("\(Set(race.winners.map(\.body)).count) different answers to \(count) requests")
            }
        }
        return .passed("\(count) at once, " + (bench.step == nil ? "one answer" : "one effect"))
    }

    private static let loserNotKept = IdempotencyCheck(
        16, "the loser is not kept", "a retry is told how the winner fared",
        method: "Two at once; when one was refused, the request is sent once more after both were answered."
    ) { bench, expected in
        var (retries, rounds) = (0, 0)
        while Race.goesOn(bench, after: rounds, seen: retries) {
            rounds += 1
            let race = try await Race.run(bench, 2)
            guard let winner = race.winners.first, race.answers.contains(where: { !$0.isAccepted }) else { continue }
            retries += 1
            let retry = try await race.trial.operate()
            let isRight = expected == .replayed ? retry.status == winner.status : expected.isRefusal(retry)
            guard isRight else { return .failed("the retry: \(retry.summary)") }
        }
        guard retries > 0 else { throw Stop.notApplicable(noOverlap(bench)) }
        return .passed(expected == .replayed ? "the winner's answer" : "refused as known")
    }

    private static func noOverlap(_ bench: Bench) -> String {
        "no two requests overlapped in \(Race.mostRounds(bench)) rounds"
            + (bench.target.faults.slow == nil ? "; make the operation slow: `faults.slow`" : "")
    }
}

/// Some requests that were sent at once.
private struct Race: Sendable {
    let trial: Trial
    let answers: [Answer]

    var winners: [Answer] { answers.filter(\.isAccepted) }
    var summary: String { Set(answers.map(\.summary)).sorted().joined(separator: ", ") }

    /// Whether there is another round: more than usual as long as no two requests have overlapped.
    static func goesOn(_ bench: Bench, after rounds: Int, seen: Int) -> Bool {
        rounds < max(1, bench.target.rounds) || seen == 0 && rounds < mostRounds(bench)
    }

    static func mostRounds(_ bench: Bench) -> Int { max(1, bench.target.rounds) * 4 }

    static func run(_ bench: Bench, _ count: Int) async throws -> Race {
        let trial = try await bench.trial()
        if let slow = bench.target.faults.slow { try await Trial.control("Making the operation slow", slow) }
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<count { group.addTask { try await trial.operate() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        if let lost = answers.first(where: { $0.status == nil }) { throw Stop.notDecided("One got \(lost.summary).") }
        return Race(trial: trial, answers: answers)
    }
}

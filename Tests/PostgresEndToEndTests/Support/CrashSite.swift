import Rewind
import CommandSupport
import Foundation
import TestServices
import Testing

/// A database with something in it, explored again and again, and what became of it each time.
struct CrashSite {
    let database: Database
    private let scratch: Scratch
    private let seed: UInt64
    private let root: [String]
    /// How long each kind of run takes when nobody disturbs it.
    private let milliseconds: [Int]
    private var random: SeededRandom
    private var delay = 0
    private var finished = 0
    private var unbegun = 0
    private var midway = 0

    /// How often each is killed.
    static let kills = number ?? 8
    /// Who asks for a number is told what came of it.
    private static let isAskedFor = number != nil
    private static let number = ProcessInfo.processInfo.environment["REWIND_KILLS"].flatMap { Int($0) }
    /// One run that is nearly all walk, and one that is nearly all beginning and ending.
    private static let runs = [[], ["--max-depth", "1"]]

    init(seed: UInt64, on server: PrivatePostgres? = nil) async throws {
        self.seed = seed
        random = SeededRandom(seed: seed)
        scratch = try Scratch()
        let database = try await filledDatabase(on: server, in: scratch)
        root = try await database.content()
        var milliseconds: [Int] = []
        for run in Self.runs {
            let start = ContinuousClock.now
            let ending = try await Tool(
                ["demo", "--exploration", "payments", "--database", database.url] + run, in: scratch
            ).end()
            milliseconds.append(Int((ContinuousClock.now - start) / .milliseconds(1)))
            #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
        }
        self.database = database
        self.milliseconds = milliseconds
        try await requireRoot()
    }

    /// Starts a run, and goes on at a random moment of it: each as likely as another.
    mutating func startAndWait(_ number: Int) async throws -> Tool {
        let kind = number % Self.runs.count
        delay = Int.random(in: 0...milliseconds[kind], using: &random)
        let tool = try Tool(
            ["demo", "--exploration", "payments", "--database", database.url] + Self.runs[kind], in: scratch)
        await after(.milliseconds(delay))
        return tool
    }

    /// Which moment of which run it was, for messages.
    var moment: String { "seed \(seed), after \(delay) ms" }

    /// Takes down how far the run had come.
    mutating func note(wasKilled: Bool, traces: Bool) {
        if !wasKilled { finished += 1 } else if traces { midway += 1 } else { unbegun += 1 }
    }

    /// In turn, by the command made for it and by a run that comes to its end.
    func undo(_ number: Int) async throws {
        let arguments =
            number.isMultiple(of: 4) || number % 4 == 1
            ? ["restore", database.url]
            : ["demo", "--exploration", "payments", "--database", database.url, "--max-depth", "1"]
        let ending = try await Tool(arguments, in: scratch).end()
        #expect(ending.status == 0, "\(moment), \(arguments[0]): \(ending.output)\(ending.errors)")
    }

    /// Rows, sequences, definitions: all as at first, and nothing else.
    func requireRoot() async throws {
        let content = try await database.content()
        #expect(content == root, "\(moment)")
        #expect(try database.holdsAnythingOfRewind == false, "\(moment)")
    }

    /// Kills that found nothing to disturb say little.
    func requireSpread() {
        let text = "\(Self.kills) kills: \(finished) had finished, \(unbegun) had not begun, \(midway) were midway"
        if Self.isAskedFor { try? FileHandle.standardError.write(contentsOf: Data("seed \(seed), \(text)\n".utf8)) }
        #expect(finished + unbegun + midway == Self.kills)
        // How long runs take changes with whatever else the machine does, so only many kills are sure to be spread.
        #expect(midway >= (Self.kills < 20 ? 0 : Self.kills / 5), "\(text)")
    }
}

import ExplorationFiles
import Foundation
import Testing

/// Good and malformed files, broken at random: each is read, or refused with errors that have a place.
///
/// `REWIND_CASES` and `REWIND_SEED` make it longer and another. The input that is being read is kept in `REWIND_FUZZ_INPUT`, if
/// that is set, for the case that it ends the process.
@Suite struct `A file broken at random` {
    private static let environment = ProcessInfo.processInfo.environment
    private static let cases = environment["REWIND_CASES"].flatMap { Int($0) } ?? 2_500
    private static let seed = environment["REWIND_SEED"].flatMap { UInt64($0) } ?? 1
    private static let mostMillisecondsEach = 30_000

    @Test func `is read or refused, and nothing worse`() throws {
        var mutator = Mutator(seed: Self.seed, files: try Self.files())
        for number in 1...Self.cases {
            let input = mutator.next()
            if let path = Self.environment["REWIND_FUZZ_INPUT"] {
                try Data(input).write(to: URL(fileURLWithPath: path))
            }
            let start = ContinuousClock.now
            let errors = Self.errors(of: input)
            let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
            let lines = input.count { $0 == 0x0A || $0 == 0x0D || $0 == 0x85 || $0 == 0xA8 || $0 == 0xA9 } + 1
            let areSound = errors.allSatisfy { error in
                !error.message.isEmpty && (1...(lines + 1)).contains(error.position.line) && error.position.column >= 1
            }
            if !areSound || milliseconds > Self.mostMillisecondsEach {
                Issue.record(
                    "Case \(number) of seed \(Self.seed) took \(milliseconds) ms: \(errors.map(\.description)) for \(Data(input).base64EncodedString())"
                )
            }
        }
    }

    private static func many(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }
    private static func numbered(_ count: Int, _ text: String) -> String {
        (0..<count).map { text.replacingOccurrences(of: "#", with: "\($0)") }.joined(separator: ", ")
    }

    private static let unlikelyShapes: [String] = [
        many(50_000, "["), many(50_000, "{a: "), many(50_000, "- "), many(50_000, "? "), many(20_000, "a: &x *x\n"),
        many(300_000, "\n"), "a: " + many(300_000, "x"), many(300_000, "x") + ": 1",
        "a: \"" + many(100_000, "\\x41") + "\"", "a: '" + many(100_000, "''") + "'", "a: |\n" + many(50_000, "  {b}\n"),
        "a: >\n" + many(50_000, "  b\n\n"), "actions: {\(numbered(30_000, "a#: 1"))}", "[" + many(100_000, "&a ") + "]",
        many(200_000, "!"), "a: ${" + many(200_000, "x") + "}", "import: [" + many(5_000, "x, ") + "]",
        "states: { of: a, mermaid: \"stateDiagram-v2\\n" + many(100_000, "a") + "\" }",
        "a: \"b" + many(200_000, " ") + "b\"", "a: b" + many(200_000, " ") + "\n c",
        "context: {\(numbered(2_000, "variable#: 1"))}\nactions: { a: { POST: /a, json: [\(numbered(2_000, "'{varyable#}'"))] } }",
        "%" + many(50_000, "TAG ! ! "), many(50_000, "--- a\n"),
    ]

    @Test(arguments: unlikelyShapes)
    func `of an unlikely shape is refused soon`(text: String) {
        let start = ContinuousClock.now
        #expect(!Self.errors(of: Array(text.utf8)).isEmpty)
        #expect(ContinuousClock.now - start < .seconds(60), "\(text.prefix(20))")
    }

    @Test(arguments: [
        "*z", "? *z\n: 1", "{*z : 1}", "{*z}", "{[*z]}", "[*z : 1]", "[*z: 1]", "[? *z]", "{? [*z] : 1}", "{[*z] : 1}",
    ])
    func `by aliases of aliases is refused soon`(end: String) {
        let levels = (0..<26).map { Unicode.Scalar(UInt8(0x61 + $0)) }
        var text = "- &a [x, x]\n"
        for (lower, higher) in zip(levels, levels.dropFirst()) {
            text += "- &\(higher) [" + [String](repeating: "*\(lower)", count: 9).joined(separator: ", ") + "]\n"
        }
        let start = ContinuousClock.now
        let indented = end.replacingOccurrences(of: "\n", with: "\n  ")
        #expect(Self.errors(of: Array((text + "- " + indented + "\n").utf8)).count == 1)
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    private static func errors(of input: [UInt8]) -> [FileError] {
        do {
            _ = try ExplorationFile(parsing: input, file: "/nowhere/fuzz.yaml", environment: ["HOME": "{x}"])
            return []
        } catch {
            return error.errors
        }
    }

    private static func files() throws -> [[UInt8]] {
        let folder = `A malformed file`.folder
        let malformed = try `A malformed file`.names.map { name in
            Array(try Data(contentsOf: folder.appendingPathComponent(name)))
        }
        return [GoodFiles.smallest, GoodFiles.payments, GoodFiles.everything].map { Array($0.utf8) } + malformed
    }
}

/// Breaks files: bytes, lines and pieces of others.
private struct Mutator {
    private var state: UInt64
    private let files: [[UInt8]]
    private static let pieces = [
        "{", "}", "[", "]", "&a ", "*a", ": ", "- ", "? ", "|\n", ">\n", "\"", "'", "#", "${", "${A:-", "}}", "{{",
        "\t", "\r", "\0",
        "\u{FEFF}", "\u{2028}", "\u{85}", "é", "😀", "---\n", "...\n", "%YAML 1.1\n", "!!str ", "!<", "<<: *a\n", "~",
        "->", "-->", "[*]",
        "import: fuzz.yaml\n", "$.", "'']", "9999999999999999999999", "-", "\\", "\"\\ud800\"", "\"\\U00110000\"",
        "null", "true",
    ].map { Array($0.utf8) }

    init(seed: UInt64, files: [[UInt8]]) {
        state = seed
        self.files = files
    }

    mutating func next() -> [UInt8] {
        // The good files as often as all the others: what is right at first goes furthest.
        var input = files[random(2) == 0 ? random(3) : random(files.count)]
        for _ in 0...random(6) { mutate(&input) }
        return input
    }

    private mutating func mutate(_ input: inout [UInt8]) {
        let start = random(input.count + 1)
        let end = min(input.count, start + 1 + random(random(8) == 0 ? 400 : 12))
        switch random(10) {
        case 0 where start < input.count: input[start] ^= 1 << UInt8(random(8))
        case 1 where start < input.count: input[start] = UInt8(random(256))
        case 2: input.removeSubrange(start..<end)
        case 3: input.insert(contentsOf: input[start..<end], at: random(input.count + 1))
        case 4, 5: input.insert(contentsOf: Self.pieces[random(Self.pieces.count)], at: start)
        case 6:
            let piece = Self.pieces[random(Self.pieces.count)]
            for _ in 0..<random(200) { input.insert(contentsOf: piece, at: start) }
        case 7:
            let other = files[random(files.count)]
            let from = random(other.count + 1)
            input.replaceSubrange(start..<end, with: other[from..<min(other.count, from + random(200))])
        case 8: swapLines(&input)
        default: input = Array(input.prefix(start == 0 ? input.count : start))
        }
    }

    private mutating func swapLines(_ input: inout [UInt8]) {
        var lines = input.split(separator: 0x0A, omittingEmptySubsequences: false)
        lines.swapAt(random(lines.count), random(lines.count))
        input = Array(lines.joined(separator: [0x0A]))
    }

    /// SplitMix64.
    private mutating func random(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return bound == 0 ? 0 : Int((z ^ (z >> 31)) % UInt64(bound))
    }
}

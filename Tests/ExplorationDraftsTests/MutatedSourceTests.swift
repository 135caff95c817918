import ExplorationDrafts
import ExplorationFiles
import Foundation
import Testing

@Suite struct `A source with errors in it` {
    private static let seed = ProcessInfo.processInfo.environment["REWIND_SEED"].flatMap { UInt64($0) } ?? 1
    private static let cases = ProcessInfo.processInfo.environment["REWIND_CASES"].flatMap { Int($0) } ?? 60

    @Test(arguments: ["shop.json", "plans.yaml", "session.har", "requests.sh"])
    func `gives a draft or an error with a place, and never ends the program`(name: String) throws {
        let source = try Files.fixture(name)
        var numbers = Numbers(seed: Self.seed)
        var drafts = 0
        for number in 0..<Self.cases {
            let text = numbers.mutated(source)
            do {
                let draft = try Self.draft(text, name)
                drafts += 1
                #expect(throws: Never.self, "\(name), seed \(Self.seed), case \(number)\n\(draft.text)") {
                    try draft.read()
                }
            } catch let error as FileError {
                #expect(error.position.line > 0, "\(name), seed \(Self.seed), case \(number)")
            }
        }
        #expect(drafts > 0, "\(name): no mutation left anything to draft; seed \(Self.seed)")
    }

    static func draft(_ text: String, _ name: String) throws -> ExplorationDraft {
        if name.hasSuffix(".har") { return try ExplorationDraft(archive: text, file: name) }
        if name.hasSuffix(".sh") { return try ExplorationDraft(curlCommands: text, file: name) }
        return try ExplorationDraft(openAPI: text, file: name)
    }
}

/// Mutations that a seed repeats.
struct Numbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Some characters taken out, doubled, or replaced by ones that mean something.
    mutating func mutated(_ text: String) -> String {
        var characters = Array(text)
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            guard !characters.isEmpty else { break }
            let start = Int.random(in: 0..<characters.count, using: &self)
            let end = min(characters.count, start + Int.random(in: 1...12, using: &self))
            switch Int.random(in: 0..<5, using: &self) {
            case 0: characters.removeSubrange(start..<end)
            case 1: characters.insert(contentsOf: characters[start..<end], at: start)
            case 2:
                let other = Int.random(in: 0..<characters.count, using: &self)
                characters.swapAt(start, other)
            case 3:
                let meaning = Array("{}[]:,'\"\\$#&*|\n-0123456789eé😀\u{F8F0}\0")
                characters[start] = meaning[Int.random(in: 0..<meaning.count, using: &self)]
            default:
                let words = [
                    "null", "true", "-1", "[]", "{}", "99999999999999999999", "\"\"", "1e400", "string", "object",
                ]
                let word = words[Int.random(in: 0..<words.count, using: &self)]
                characters.replaceSubrange(start..<end, with: word)
            }
        }
        return String(characters)
    }
}

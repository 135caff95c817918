import Foundation

/// A reproducible source of randomness (SplitMix64). Its seed belongs into every failure message.
struct Seeded: RandomNumberGenerator, CustomStringConvertible {
    let seed: UInt64
    private var state: UInt64

    /// Starts from `REWIND_SEED` if it is set, from a fresh seed otherwise.
    init() {
        seed = ProcessInfo.processInfo.environment["REWIND_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
        state = seed
    }

    var description: String { "REWIND_SEED=\(seed)" }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Amounts of every size, and the ends of the range more often than chance would have it.
    mutating func amount() -> Int64 {
        switch Int.random(in: 0..<10, using: &self) {
        case 0: [.min, .min + 1, -1, 0, 1, .max - 1, .max].randomElement(using: &self) ?? 0
        default: Int64(truncatingIfNeeded: next()) >> Int64.random(in: 0..<64, using: &self)
        }
    }
}

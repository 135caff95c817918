import Foundation
import Rewind

/// A database and what happens to it, made up from a seed.
package protocol ExactnessCase: CustomStringConvertible {
    associatedtype Statement: CustomStringConvertible

    /// The seed, and what else the case is besides statements.
    var circumstances: String { get }
    /// Statements that make the content.
    var setup: [String] { get set }
    var steps: [Step<Statement>] { get set }
    var ending: Ending { get }
    /// The cases that have one thing less, big things first.
    var smaller: [Self] { get }
}

package enum Step<Statement> {
    /// One request of the API: statements of which some may fail.
    case request([Statement])
    /// Go to the state reached after that many requests, modulo how many there are.
    case move(Int)
}

package enum Ending: CaseIterable { case end, restore, nextRun }

extension ExactnessCase {
    package var description: String {
        let lines = steps.map { step in
            switch step {
            case .request(let statements): "-- request\n" + statements.map { "\($0);" }.joined(separator: "\n")
            case .move(let number): "-- move \(number)"
            }
        }
        return """
            -- \(circumstances), ending \(ending)
            \(setup.joined(separator: ";\n"));
            -- begin
            \(lines.joined(separator: "\n"))
            """
    }

    package var smaller: [Self] { withFewerSteps + withFewerStatements + withLessSetup }

    package var withFewerSteps: [Self] { steps.indices.map { index in changed { $0.steps.remove(at: index) } } }

    package var withFewerStatements: [Self] {
        steps.indices.flatMap { index -> [Self] in
            guard case .request(let statements) = steps[index], statements.count > 1 else { return [] }
            return statements.indices.map { number in
                var fewer = statements
                fewer.remove(at: number)
                return changed { $0.steps[index] = .request(fewer) }
            }
        }
    }

    package var withLessSetup: [Self] {
        // From the end: what is made later depends on what is made earlier.
        setup.indices.reversed().map { index in changed { $0.setup.remove(at: index) } }
    }

    package func changed(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}

/// The seeds of random cases: so many, unless `REWIND_CASES` says how many, and from `REWIND_SEED` on.
package func seedsToTry(_ count: Int) -> Range<UInt64> {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["REWIND_SEED"].flatMap(UInt64.init) ?? 1
    return first..<(first + UInt64(environment["REWIND_CASES"].flatMap(Int.init) ?? count))
}

extension SeededRandom {
    /// One of the values.
    package mutating func pick<T>(_ values: [T]) -> T { values[int(0...(values.count - 1))] }

    /// True once in so many times.
    package mutating func oneIn(_ count: Int) -> Bool { int(0...(count - 1)) == 0 }

    package mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}

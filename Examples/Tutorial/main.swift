// The tutorial as a program of its own: explores the payments API at API_URL, whose SQLite file is DATABASE.
//
//     rewind serve --database orders-test.sqlite --test-clock --bug double-refund
//     API_URL=http://127.0.0.1:8080 DATABASE=orders-test.sqlite swift run tutorial

import Foundation
import Payments
import Rewind
import RewindHTTP
import RewindSQLite

let environment = ProcessInfo.processInfo.environment
let world = World(
    api: try API(baseURL: environment["API_URL"] ?? "http://127.0.0.1:8080"),
    systems: [SQLiteSystem(path: environment["DATABASE"] ?? "orders-test.sqlite")])

let explorer = try Explorer(payments, in: world, limits: Limits(steps: 20_000, depth: 15))
let result = await explorer.explore()

print("States visited:     \(result.statesVisited)")
print("Transitions:        \(result.transitions)")
print("Invariants checked: \(result.invariantsChecked)")
print("Violations:         \(result.violations.count)")
for violation in result.violations {
    print("\n[\(violation.rule.severity.rawValue)] \(violation.rule.name)")
    print("  Path: \(violation.counterexample.path.joined(separator: " → "))")
    print("  \(violation.message)")
}

switch result.verdict {
case .held: print("\nAll invariants held.")
case .violated: exit(1)
case .notDecided(let reasons):
    print("\nNot decided: \(reasons.joined(separator: " "))")
    exit(2)
}

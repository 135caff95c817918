// The tutorial as a program of its own: explores the payments API at API_URL, which keeps its data in the database at
// DATABASE_URL: a PostgreSQL URL, or the path of a SQLite file.
//
//     export DATABASE_URL=postgresql://localhost/orders_test
//     rewind serve --test-clock --bug double-refund &
//     API_URL=http://127.0.0.1:8080 swift run tutorial

import Foundation
import Payments
import Rewind
import RewindHTTP
import RewindPostgres
import RewindSQLite

let environment = ProcessInfo.processInfo.environment
let database = environment["DATABASE_URL"] ?? "orders-test.sqlite"
let system: any RewindableSystem =
    database.contains("://") ? PostgresSystem(url: database) : SQLiteSystem(path: database)
let world = World(api: try API(baseURL: environment["API_URL"] ?? "http://127.0.0.1:8080"), systems: [system])

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

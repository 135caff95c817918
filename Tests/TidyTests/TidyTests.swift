import Foundation
import Testing

/// The house rules that a machine can check.
@Suite struct `The source` {
    /// Who may import whom: dependencies point down. Modules of the system are free but where said otherwise.
    private static let layers: [(folder: String, mayImport: Set<String>)] = [
        ("Sources/Money", []),
        ("Sources/Rewind", ["CXXHash", "Synchronization", "Foundation"]),
        ("Sources/RewindHTTP", ["Rewind", "HTTPClient", "ExactJSON", "Foundation"]),
        ("Sources/HTTPClient", ["CCurl", "Foundation", "Synchronization"]),
        ("Sources/ExactJSON", ["Foundation"]),
        ("Sources/RewindSQLite", ["Rewind", "SQLiteDriver", "Foundation", "Synchronization", "Glibc", "Darwin"]),
        ("Sources/RewindPostgres", ["Rewind", "PostgresDriver", "Foundation", "Synchronization"]),
        ("Sources/RewindReport", ["Rewind", "ExactJSON", "Digests", "Foundation"]),
        (
            "Sources/ExplorationFiles",
            ["Rewind", "RewindHTTP", "ExactJSON", "Money", "SQLiteDriver", "Yams", "Foundation", "Synchronization"]
        ),
        ("Sources/ExplorationDrafts", ["ExplorationFiles", "ExactJSON", "Foundation"]),
        ("Sources/SQLiteDriver", ["CSQLite"]),
        ("Sources/PostgresDriver", ["CPostgres"]),
        ("Sources/HTTPServer", ["CMicroHTTPD", "Foundation", "Synchronization", "Glibc", "Darwin"]),
        ("Sources/Digests", ["CCrypto"]),
        ("Sources/PaymentProviders", ["Money", "Digests", "Synchronization"]),
        ("Sources/Hyperswitch", ["PaymentProviders", "Money", "Digests", "HTTPClient", "ExactJSON"]),
        (
            "Sources/HyperswitchSandbox",
            [
                "Rewind", "HTTPServer", "HTTPClient", "ExactJSON", "Digests", "Money", "Foundation", "Synchronization",
            ]
        ),
        ("Sources/Orders", ["Money"]),
        (
            "Sources/OrdersServer",
            [
                "Orders", "Money", "Digests", "PaymentProviders", "HTTPServer", "SQLiteDriver", "PostgresDriver",
                "Foundation", "Dispatch", "Synchronization", "Glibc", "Darwin",
            ]
        ),
        ("Sources/IdempotencyConformance", ["HTTPClient", "ExactJSON", "Foundation"]),
        ("Examples/Payments", ["Rewind", "RewindHTTP", "Money"]),
        ("Examples/Provider", ["Rewind", "RewindHTTP", "Money", "HyperswitchSandbox"]),
        ("Sources/TestServices", ["Foundation", "Synchronization"]),
    ]

    @Test func `imports only what is below it`() throws {
        for (folder, allowed) in Self.layers {
            let files = try SourceTree.files(in: folder)
            #expect(!files.isEmpty, "\(folder) is empty or was moved")
            for file in files {
                let beyond = file.imports.subtracting(allowed)
                #expect(beyond.isEmpty, "\(file.path) imports \(beyond.sorted())")
            }
        }
    }

    @Test func `has the core import Foundation only for its threads`() throws {
        let users = try SourceTree.files(in: "Sources/Rewind").filter { $0.imports.contains("Foundation") }
        let threads = ["Sources/Rewind/Races/StartingGate.swift", "Sources/Rewind/Systems/WorkerThread.swift"]
        #expect(users.map(\.path).sorted() == threads)
    }

    @Test func `has no function of more than 70 lines`() throws {
        for folder in ["Sources", "Examples", "Benchmarks", "Tests"] {
            for file in try SourceTree.files(in: folder) {
                for function in file.functions where function.length > 70 {
                    Issue.record("\(file.path):\(function.line) is \(function.length) lines long: \(function.name)")
                }
            }
        }
    }

    @Test func `finds functions to measure`() throws {
        let lengths = try SourceTree.files(in: "Sources").flatMap(\.functions).map(\.length)
        #expect(lengths.count > 200)
        #expect((lengths.max() ?? 0) > 20)
    }

    @Test(arguments: [
        ("fatalError(", ["Sources", "Examples"]),
        ("try!", ["Sources", "Examples", "Tests", "Benchmarks"]),
        ("print(", ["Sources", "Examples/Payments"]),
        ("sleep(", ["Tests"]),
        ("TODO", ["Sources", "Examples", "Tests", "Benchmarks"]),
        ("FIXME", ["Sources", "Examples", "Tests", "Benchmarks"]),
    ])
    func `has none of what is forbidden`(word: String, folders: [String]) throws {
        for folder in folders {
            for file in try SourceTree.files(in: folder) where !file.path.hasPrefix("Tests/TidyTests/") {
                for line in file.code where contains(line.text, word) {
                    Issue.record("\(file.path):\(line.number) has \(word)")
                }
            }
        }
    }

    /// The word, and not the end of a longer one (`fingerprint(`).
    private func contains(_ line: Substring, _ word: String) -> Bool {
        line.ranges(of: word).contains { range in
            range.lowerBound == line.startIndex || !(line[line.index(before: range.lowerBound)].isLetter)
        }
    }

    @Test func `says in one comment why each unchecked conformance is sound`() throws {
        for file in try SourceTree.files(in: "Sources") {
            for line in file.code where line.text.contains("@unchecked Sendable") {
                let around = file.lines[max(0, line.number - 4)..<min(file.lines.count, line.number + 3)]
                #expect(
                    around.contains { $0.contains("Unchecked:") || $0.contains("unchecked") && $0.contains("//") },
                    "\(file.path):\(line.number)")
            }
        }
    }
}

import CommandSupport
import ExplorationFiles
import Foundation
import Testing

extension CommandTests {
    @Suite struct `rewind init` {
        private let scratch: Scratch

        init() throws { scratch = try Scratch() }

        /// Runs it in a folder that has nothing in it.
        private func initialize(_ arguments: String...) async throws -> Ending {
            let tool = try Tool(
                ["init"] + arguments, in: scratch, through: ["/usr/bin/env", "-C", scratch.folder.path])
            try tool.closeInput()
            return try await tool.end()
        }

        private func written(_ name: String = "exploration.yaml") throws -> String {
            try String(contentsOfFile: scratch.path(name), encoding: .utf8)
        }

        @Test func `writes a template where nobody can answer`() async throws {
            let ending = try await initialize()
            #expect(ending.status == 0)
            let wroteSchema = "Wrote exploration.schema.json, by which an editor completes and checks the file.\n"
            #expect(ending.errors == wroteSchema + "Wrote exploration.yaml. Next: rewind explore exploration.yaml\n")
            #expect(try written("exploration.schema.json") == ExplorationFile.jsonSchema)
            // It is there now, and says nothing new.
            #expect(try await !initialize("--force").errors.contains("schema"))
            #expect(try written().contains("create_order:"))
        }

        /// Python's `pty`, because it asks only where somebody sits at a terminal.
        @Test(.enabled(if: Python.isThere, "Install python3."))
        func `asks who sits at a terminal what it needs to know`() async throws {
            let tool = try Tool(
                ["init"], in: scratch,
                through: [
                    "/usr/bin/env", "-C", scratch.folder.path, "python3", "-c",
                    "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))",
                ])
            try tool.type("", "orders-test.sqlite", "python3 'my server.py' --port {port}")
            let ending = try await tool.end()
            #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
            #expect(ending.output.contains("Where is the API's OpenAPI document? [there is none]"), "\(ending.output)")
            // What it starts, it need not be told where.
            #expect(!ending.output.contains("Where does it run?"))
            let file = try ExplorationFile(contentsOf: scratch.path("exploration.yaml"))
            #expect(file.api.start?.command[1].segments == [.text("my server.py")])
            #expect(file.systems.count == 1)
        }

        @Test func `writes what rewind explore looks for`() async throws {
            func explored() async throws -> Ending {
                try await Tool(["explore"], in: scratch, through: ["/usr/bin/env", "-C", scratch.folder.path]).end()
            }
            #expect(
                try await explored().errors == """
                    exploration.yaml:1:1: There is no file “exploration.yaml”.
                    A first one is written by: rewind init

                    """)
            _ = try await initialize()
            let ending = try await explored()
            #expect(ending.status == 2)
            #expect(!(ending.output + ending.errors).contains("There is no file"))
        }

        @Test func `leaves a file that is there, unless it is forced`() async throws {
            try scratch.write("mine", to: "exploration.yaml")
            let refused = try await initialize()
            #expect(refused.status == 2)
            #expect(
                refused.errors
                    == "exploration.yaml is there already. Give another --output, or --force to write over it.\n")
            #expect(try written() == "mine")
            #expect(try await initialize("--force").status == 0)
            #expect(try written() != "mine")
        }

        @Test func `writes to the terminal what else it writes to a file`() async throws {
            try scratch.write("curl http://127.0.0.1:9000/orders -d '{\"amount\":\"1.00\"}'", to: "requests.sh")
            let shown = try await initialize(
                "--curl", "requests.sh", "--output", "-", "--database", "orders-test.sqlite")
            #expect(try await initialize("--curl", "requests.sh", "--database", "orders-test.sqlite").status == 0)
            #expect(shown.output == (try written()))
            #expect(shown.output.contains("  - sqlite: orders-test.sqlite\n"))
            #expect(shown.errors.hasPrefix("- Could not tell what the API answers"))
        }

        @Test(arguments: [
            (["--openapi", "nothing.yaml"], "There is no file nothing.yaml."),
            (["--openapi", "a", "--har", "b"], "Give one of --openapi, --har and --curl."),
            (["--start", "echo 'a"], "--start must be a command; a quote in it may be open: echo 'a"),
            (["--url", "localhost:80"], "--url begins with http:// or https://; this is localhost:80."),
            (["--openapi", "old.yaml"], "old.yaml:1:10: This is Swagger 2.0"),
            (["--output", "missing/a.yaml"], "missing/a.yaml can't be written"),
        ])
        func `says what is wrong, and writes nothing`(arguments: [String], message: String) async throws {
            try scratch.write("swagger: \"2.0\"\n", to: "old.yaml")
            let tool = try Tool(
                ["init"] + arguments, in: scratch, through: ["/usr/bin/env", "-C", scratch.folder.path])
            let ending = try await tool.end()
            #expect(ending.status == 2)
            #expect(ending.errors.contains(message), "\(ending.errors)")
            #expect(!FileManager.default.fileExists(atPath: scratch.path("exploration.yaml")))
        }
    }
}

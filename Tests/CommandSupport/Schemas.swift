import Foundation

/// What other programs say of the files that Rewind writes.
///
/// The schemas in `Tests/Schemas` are this project's own and allow only what Rewind is to write. The public ones allow
/// more and are not part of this repository; a variable names one to check against as well: `JUNIT_XSD` that of
/// Jenkins' xUnit plugin (`junit-10.xsd`, MIT), `SARIF_SCHEMA` that of OASIS (`sarif-schema-2.1.0.json`).
package enum Schemas {
    /// Whether `xmllint` is there.
    package static let canCheckXML = runs(["xmllint", "--version"])

    /// Whether a Python with `jsonschema` is there.
    package static let canCheckJSON = python != nil

    /// Debian's packages are for Debian's Python, which need not be the first.
    private static let python = ["/usr/bin/python3", "python3"].first { runs([$0, "-c", "import jsonschema"]) }

    /// What is wrong with JUnit XML; empty when nothing is.
    package static func complaints(aboutJUnit path: String) throws -> String {
        let own = Repository.folder.appendingPathComponent("Tests/Schemas/junit.xsd").path
        return try ([own] + more("JUNIT_XSD")).map { schema in
            let (status, errors) = try run(["xmllint", "--noout", "--schema", schema, path])
            return status == 0 ? "" : errors
        }.joined()
    }

    /// What is wrong with SARIF; empty when nothing is.
    package static func complaints(aboutSARIF path: String) throws -> String {
        let own = Repository.folder.appendingPathComponent("Tests/Schemas/sarif.schema.json").path
        return try ([own] + more("SARIF_SCHEMA")).map { try complaints(about: path, by: $0) }.joined()
    }

    /// What is wrong with a result, by the schema in the documentation; what it does not mention is wrong as well.
    package static func complaints(aboutResult path: String) throws -> String {
        let schema = Repository.folder.appendingPathComponent("docs/result.schema.json").path
        return try complaints(about: path, by: schema, isClosed: true)
    }

    private static func complaints(about path: String, by schema: String, isClosed: Bool = false) throws -> String {
        let (status, errors) = try run([
            python ?? "python3", "-c", script, schema, path, isClosed ? "closed" : "as it is",
        ])
        return status == 0 ? "" : errors
    }

    private static func more(_ variable: String) -> [String] {
        ProcessInfo.processInfo.environment[variable].map { [$0] } ?? []
    }

    private static let script = """
        import json, sys
        from jsonschema import validators

        def close(schema):
            if isinstance(schema, dict):
                # Of the objects themselves; the schemas of an `if` look at one field.
                if schema.get("type") == "object" and "properties" in schema: schema.setdefault("additionalProperties", False)
                for part in schema.values(): close(part)
            elif isinstance(schema, list):
                for part in schema: close(part)

        schema, document = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:3])
        if sys.argv[3] == "closed": close(schema)
        kind = validators.validator_for(schema)
        kind.check_schema(schema)
        found = [f"{error.json_path}: {error.message[:300]}" for error in kind(schema).iter_errors(document)]
        sys.exit("\\n".join(found) if found else 0)
        """

    private static func runs(_ words: [String]) -> Bool { (try? run(words).status) == 0 }

    private static func run(_ words: [String]) throws -> (status: Int32, errors: String) {
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: said, as: UTF8.self))
    }
}

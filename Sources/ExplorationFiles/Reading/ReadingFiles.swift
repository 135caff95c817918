import Foundation

extension ExplorationFile {
    /// Reads an exploration file and what it imports.
    ///
    /// ```swift
    /// let file = try ExplorationFile(contentsOf: "payments.yaml")
    /// ```
    ///
    /// What expressions say is kept as text: it is not looked at here.
    /// - Parameter environment: the variables for `${NAME}`.
    /// - Throws: ``FileErrors`` with everything that is wrong, in order of place.
    public init(
        contentsOf path: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(FileErrors) {
        var reader = DocumentReader(environment)
        reader.read(path, at: SourcePosition(file: path, line: 1, column: 1))
        try self.init(reader, path: path)
    }

    /// Reads a text as if it stood in the file of that name; imports are looked for beside it.
    /// - Throws: ``FileErrors`` with everything that is wrong, in order of place.
    public init(
        parsing text: String, file path: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(FileErrors) {
        try self.init(parsing: Array(text.utf8), file: path, environment: environment)
    }

    /// Reads bytes as if they stood in the file of that name; imports are looked for beside it.
    /// - Throws: ``FileErrors`` with everything that is wrong, in order of place.
    public init(
        parsing bytes: [UInt8], file path: String, environment: [String: String]
    ) throws(FileErrors) {
        var reader = DocumentReader(environment)
        reader.read(bytes, path)
        try self.init(reader, path: path)
    }

    private init(_ reader: DocumentReader, path: String) throws(FileErrors) {
        var errors = reader.errors + reader.environment.errors
        for document in reader.documents {
            errors += Shape.object(FileFormat.file).problems(in: document.node, as: "The file")
        }
        // What a file that can't be read declares is not known.
        guard reader.isComplete else {
            throw FileErrors(errors.inOrder(of: reader.order)).hiding(reader.environment.secrets)
        }
        let assembly = Assembly(reader.documents, path: path)
        var file = assembly.file
        file.secrets = reader.environment.secrets
        file.sources = reader.documents.map(\.path)
        errors += assembly.errors + FileCheck(file, assembly.names).errors
        guard errors.isEmpty else {
            throw FileErrors(errors.inOrder(of: reader.order)).hiding(reader.environment.secrets)
        }
        self = file
    }
}

extension [FileError] {
    /// By file, line and column, each once.
    fileprivate func inOrder(of files: [String]) -> [FileError] {
        let ranks = Dictionary(files.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
        func rank(_ error: FileError) -> (Int, Int, Int) {
            (ranks[error.position.file] ?? files.count, error.position.line, error.position.column)
        }
        var seen: Set<FileError> = []
        return enumerated().filter { seen.insert($0.element).inserted }
            .sorted { a, b in
                rank(a.element) == rank(b.element) ? a.offset < b.offset : rank(a.element) < rank(b.element)
            }
            .map(\.element)
    }
}

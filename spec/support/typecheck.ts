import ts from 'typescript'

const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd())

/** Returns the compiler's diagnostics of each file under the options of the project, as `line: message`. */
export const diagnosticsOf = (
  files: readonly string[],
  change: ts.CompilerOptions = {},
): readonly (readonly string[])[] => {
  const program = ts.createProgram([...files], { ...options, ...change, noEmit: true })
  return files.map((name) => {
    const source = program.getSourceFile(name)
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    return found.map(({ file, start = 0, messageText }) => {
      const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
      return `${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    })
  })
}

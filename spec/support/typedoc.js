// A plugin for the API reference. The names of guides are their titles, and the title of the README appears once.
import { Converter, ReflectionKind } from 'typedoc'

const snakeCase = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Copies the comments of the models to the fields of the wire interfaces, which have none. */
const documentWireFields = (project) => {
  const interfaces = project.getReflectionsByKind(ReflectionKind.Interface)
  for (const { name, children = [] } of interfaces.filter(({ name }) => name.endsWith('Wire'))) {
    const model = interfaces.find((candidate) => `${candidate.name}Wire` === name)
    for (const field of children)
      field.comment ??= model?.children?.find(({ name }) => snakeCase(name) === field.name)?.comment?.clone()
  }
}

const firstHeading = /^# (.+)\n+/

/** @param {import('typedoc').Application} app */
export const load = ({ converter }) =>
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    documentWireFields(project)
    for (const part of project.readme ?? []) part.text = part.text.replace(firstHeading, '')
    for (const guide of project.documents ?? [])
      guide.name = firstHeading.exec(guide.content[0]?.text)?.[1] ?? guide.name
  })

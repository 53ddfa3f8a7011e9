// The fields of the wire interfaces have no comments; the documentation shows those of the models.
import { Converter, ReflectionKind } from 'typedoc'

const snakeCase = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** @param {import('typedoc').Application} app */
export const load = ({ converter }) =>
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const interfaces = project.getReflectionsByKind(ReflectionKind.Interface)
    for (const { name, children = [] } of interfaces.filter(({ name }) => name.endsWith('Wire'))) {
      const model = interfaces.find((candidate) => `${candidate.name}Wire` === name)
      for (const field of children)
        field.comment ??= model?.children?.find(({ name }) => snakeCase(name) === field.name)?.comment?.clone()
    }
  })
